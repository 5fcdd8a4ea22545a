/// Tensor networks from files: what is read, what is refused, and the orders found for networks
/// that the literature is about.
@NullMarked
package org.einkorn.networks;

import org.jspecify.annotations.NullMarked;
