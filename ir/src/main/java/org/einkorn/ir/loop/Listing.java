package org.einkorn.ir.loop;

/// An output that is no tensor in memory but the list of the positions at which it holds.
///
/// Tuple 0 of the list is none; those from 1 to before the count are different ones, in any order.
///
/// @param relation an output of truth values
/// @param tuples the temporary with the position of each tuple on each axis, `i64[places, axes]`;
///   one column for an output without axes
/// @param count the temporary with the number of tuples, that of tuple 0 included, `i64`
public record Listing(String relation, String tuples, String count) {}
