/// Records as bytes, for what is kept between processes.
///
/// The bytes hold no names of classes: what stands where follows from the type that is read. They
/// are for the very same version of these sources and for no other, which who keeps them sees to.
///
/// ```text
/// record   = component*                    // as declared
/// sealed   = number value                  // which of the permitted classes, and that
/// Optional = 0 | 1 value                   OptionalLong = 0 | 1 long
/// List     = count value*                  Set = as a sorted List
/// Map      = count (key value)*            // sorted by the bytes of keys
/// String   = its UTF-16 units, counted     enum = its number
/// Origin   = 0 | 1 Span
/// source   = 0 name text | number          // a SourceFile; the number of one before
/// ```
@NullMarked
package org.einkorn.ir.binary;

import org.jspecify.annotations.NullMarked;
