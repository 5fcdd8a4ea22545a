/// What the frontend proves before it lowers: extents that agree, and complaints where they don't.
///
/// [Linear] compares extents, [Extents] unifies them, [Ranges] bounds positions. A [Problem] is a
/// complaint as data and [ProblemWords] turns it into a diagnostic: no other class of the frontend
/// holds words for the user.
///
/// ```text
/// extent  ::= IndexExpr over symbols; `?.n` while it is unknown
/// Problem ::= one record for each code, see docs/errors
/// ```
@NullMarked
package org.einkorn.frontend.check;

import org.jspecify.annotations.NullMarked;
