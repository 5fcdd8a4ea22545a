/// A folder of compiled code, so that the next process need not compile it again.
///
/// A [CacheKey] is a hash of everything that the content depends on, so that nothing in the folder
/// ever gets old: another text, option, version or machine has another key. [KernelCache] holds one
/// file for each key. What lies there will be executed, so a file is used only if it is the user's
/// own, nobody else may write it or its folder, and all of its header holds:
///
/// ```text
/// file    = magic version key length hash payload
/// magic   = "EINKORN" 0x1A          // 8 bytes
/// version = the number of this format, 4 bytes
/// key     = 32 bytes, those of the file's name
/// length  = of the payload in bytes, 8 bytes
/// hash    = SHA-256 of the payload, 32 bytes
/// ```
///
/// Numbers are big-endian. Anything else is [passed over][Lookup.Ignored], never executed, and
/// replaced when the same key is stored next.
@NullMarked
package org.einkorn.runtime.cache;

import org.jspecify.annotations.NullMarked;
