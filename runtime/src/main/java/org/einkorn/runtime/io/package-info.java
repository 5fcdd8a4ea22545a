/// Tensors in files.
///
/// [TensorFiles] is the door: it looks at the end of the file name and picks the format.
///
/// | name ends in | holds | read | written |
/// |---|---|---|---|
/// | `.npy` | one tensor: NumPy's format 1.0, 2.0 and 3.0, both byte orders, both memory orders |
/// yes | 1.0, little endian, row-major |
/// | `.npz` | named tensors: a zip of `.npy`, stored or deflated | yes | yes |
/// | `.safetensors` | named tensors | yes | yes |
/// | `.csv` `.tsv`, also `.gz` | a table of numbers, `[rows, columns]` | yes | yes |
/// | `.txt` | words, as a Boolean `[positions, vocabulary]` | yes | no |
/// | `.png` | an image, `u8[y, x, channel]` | yes | yes |
/// | `.jpg` `.jpeg` | the same | yes | no |
///
/// A [FileReference] is a path and, for the formats that hold named tensors, a key:
/// `a.npz:weights`.
///
/// What flows in is not trusted. Before memory is taken, every size a header claims is checked for
/// overflow and against what the file can hold; nothing recurses on what a file says. Every failure
/// is a [org.einkorn.runtime.DataException] with the place: the file, the key, or
/// `file:line:column`.
///
/// What flows out appears whole or not at all: a file is written under another name in the same
/// folder and then moved into place.
@NullMarked
package org.einkorn.runtime.io;

import org.jspecify.annotations.NullMarked;
