package org.einkorn.frontend.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FormatterTest {
  private static void formats(String source, String expected) {
    ParseResult result = Syntax.parse("a.ein", source);
    String formatted = Formatter.format(result);
    assertEquals(expected, formatted);
    ParseResult again = Syntax.parse("a.ein", formatted);
    assertEquals(result.program(), again.program());
    assertEquals(formatted, Formatter.format(again));
  }

  @Test
  void setsBlanksAndAlignsRemarks() {
    formats(
        """
        //  a one-layer network
        input  X [p:P,d:64]            // f32 unless said otherwise
        param  W[c: 10 , d:64]="w.npy" // learned
        let    T=.5


        Logit[p,c]=W[c,d]*X[p , d]/T;Y[p,c.]=softmax( Logit[p,c] )
        Y[0,c] ?   /* print */
        """,
        """
        //  a one-layer network
        input X[p: P, d: 64]             // f32 unless said otherwise
        param W[c: 10, d: 64] = "w.npy"  // learned
        let T = .5

        Logit[p, c] = W[c, d] * X[p, d] / T
        Y[p, c.] = softmax(Logit[p, c])
        Y[0, c]?  /* print */
        """);
  }

  @Test
  void keepsFactsSideBySide() {
    formats(
        "Parent(Alice,Bob) Parent(Bob , Charlie) // facts\nParent(A,B)\n",
        "Parent(Alice, Bob)   Parent(Bob, Charlie)  // facts\nParent(A, B)\n");
  }

  @Test
  void movesCommentsOutOfStatements() {
    formats(
        """
        Y[i] = A[i,j] /* weights */
             + B[i] // bias
        Z = f(A, // first
              B)
        """,
        """
        /* weights */
        Y[i] = A[i, j] + B[i]  // bias
        // first
        Z = f(A, B)
        """);
  }

  @Test
  void indentsBlocks() {
    formats(
        """
        def lnorm(X[...,i.],eps:1e-5) { // normalize
        // the mean
        Mean[...] = avg[i](X[...,i]) // over i

        lnorm[...,i] = X[...,i]-Mean[...]
        // done
        }
        def id(x) {id = x}
        """,
        """
        def lnorm(X[..., i.], eps: 1e-5) {  // normalize
          // the mean
          Mean[...] = avg[i](X[..., i])  // over i

          lnorm[..., i] = X[..., i] - Mean[...]
          // done
        }
        def id(x) {
          id = x
        }
        """);
  }

  @Test
  void writesThePapersSignsInAscii() {
    formats(
        "R(x) ← S(x) ∧ ¬T(x)\nY = σ(A × B) ≤ 1\n",
        "R(x) <- S(x) and not T(x)\nY = sig(A * B) <= 1\n");
  }

  @Test
  void dropsParenthesesThatSayNothing() {
    formats("Y = ((A[(i)] + (B c))) / (2)\n", "Y = (A[i] + B c) / 2\n");
  }

  @Test
  void breaksLongSums() {
    String term = "A_long_name_of_a_tensor[i, j] B[j]";
    formats(
        "Y[i] = " + term + " + " + term + " - " + term + "\n",
        "Y[i] = " + term + " + " + term + " -\n    " + term + "\n");
  }

  @Test
  void leavesNothingOfNothing() {
    formats("", "");
    formats("\n\n", "");
    formats("// only this", "// only this\n");
  }

  @Test
  void refusesProgramsWithErrors() {
    ParseResult result = Syntax.parse("a.ein", "Y =");
    assertThrows(IllegalArgumentException.class, () -> Formatter.format(result));
  }
}
