/* SPDX-License-Identifier: Apache-2.0 */
/* Included before every file of the image: with all declarations hidden, too, the
 * compiler addresses data relative to the PC instead of through a GOT. */
#pragma GCC visibility push(hidden)
