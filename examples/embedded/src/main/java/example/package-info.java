/// A program of Einkorn inside a program of Java.
package example;
