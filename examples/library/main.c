/* Calls a program that was compiled ahead of time:
 *
 *   ../../ein compile matmul.ein --emit so -o matmul.so
 *   cc main.c ./matmul.so -o main && ./main
 */
#include <stdio.h>

#include "matmul.h"

int main(void) {
  const float a[4] = {1, 2, 3, 4};
  const float b[4] = {5, 6, 7, 8};
  float c[4];
  int code = matmul(a, b, c, 2, 2, 2);
  printf("%g %g\n%g %g\n", c[0], c[1], c[2], c[3]);
  return code;
}
