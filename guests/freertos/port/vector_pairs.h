/* SPDX-License-Identifier: Apache-2.0 */
/* For assembly: each_vector_pair op runs "op n, n+1" for the pairs of v0..v31. */
	.macro each_vector_pair op
	\op	0, 1
	\op	2, 3
	\op	4, 5
	\op	6, 7
	\op	8, 9
	\op	10, 11
	\op	12, 13
	\op	14, 15
	\op	16, 17
	\op	18, 19
	\op	20, 21
	\op	22, 23
	\op	24, 25
	\op	26, 27
	\op	28, 29
	\op	30, 31
	.endm
