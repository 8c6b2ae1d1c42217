/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_PRIVATE_H
#define HAVEN_FAKE_PRIVATE_H
/* Between the files of this folder. */

void fake_sysreg_reset(void);

#endif
