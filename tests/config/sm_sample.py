# SPDX-License-Identifier: Apache-2.0
"""A small .cfg of the System Manager and the device file that it includes, both made up for tests:
the form is imx-sm's, the rights are those of its mx95evk as far as this board's checks see them."""
from support import ConfigCase

DEVICE = """\
# What names stand for: firewalls' parts, by number.
A55P:      PD_A55P, CPU_A55P, DFMT0, MDAC_N0C=0-1
M7P:       PD_M7, CPU_M7P, DFMT0, MDAC_W0C=0
DDR:       PD_DDR, MRC_N0=0, nrgns=16, big=1
M7MIX:     MRC_W2=0, nrgns=8
OCRAM:     MBC_N2=0, origin=0x20480000, nblks=22, blksize=16K
TRDC_N:    MBC_N0=0.1-2
TRDC_W:    MBC_W0=0.70-71
TRDC_A:    MBC_A0=0.39-40
SMMU:      DFMT1, MDAC_N5=0, MBC_N0=0.13-15
GIC:       DFMT1, MDAC_N6=0, MBC_N1=0.0-18
MU2_A:     PD_AON, MBC_A0=0.91
MU3_A:     PD_AON, MBC_A0=0.93
MU7_A:     PD_WAKEUP, MBC_W0=0.67
MU8_A:     PD_WAKEUP, MBC_W0=0.115
LPUART1:   CLK_LPUART1, MBC_A0=0.56
LPUART5:   CLK_LPUART5, MBC_W0=0.89
USDHC1:    CLK_USDHC1, DFMT1, MDAC_M0=0, MBC_W0=1.5
USDHC2:    CLK_USDHC2, DFMT1, MDAC_M1=0, MBC_W0=1.6
EDMA2_CH1: DFMT1, MDAC_M9=0, MBC_W0=0.1

DOM9       name="Probe", did=9
DFMT1:     sa=bypass, pa=bypass
DEBUG      did=9
TRDC_CONFIG_N ndid=16, nmstr=7
TRDC_N     did=0-15, perm=0
DDR        did=2-12, perm=none, begin=0x0, end=0x0
"""

CFG = """\
# A configuration for tests.
MAKE    soc=MIMX95, board=none, build=gcc
include device/device.cfg
BOARD   DEBUG_UART_INSTANCE=2
NOTIFY: api=notify
ALL:    api=all

DOM0    name="ELE", did=0
DATA:   perm=rw
DDR     DATA, begin=0x80000000, end=0x87FFFFFFF, nodbg

LM0     name="SM", rpc=none, boot=1, did=2, safe=feenv
DFMT0:  sa=secure
OWNER:  perm=sec_rw, api=all
MODE    msel=1, boot=1
TRDC_N  OWNER
TRDC_W  OWNER
TRDC_A  OWNER

LM1     name="M7", rpc=scmi, boot=2, skip=1, did=4, safe=seenv
DFMT1:  sa=secure, pa=privileged
OWNER:  perm=rw, api=all
EXEC:   perm=full
MODE    msel=1, boot=2
PD_M7   start=1, stop=2
SCMI_AGENT0 name="M7"
MAILBOX type=mu, mu=9, test=8, priority=high
CHANNEL db=0, xport=smt, check=crc32, rpc=scmi, type=a2p, \\
        test=default
SYS     NOTIFY
M7P     OWNER  # cores come first
M7MIX   DATA, begin=0x20380000, end=0x2047FFFF
DDR     EXEC, begin=0x80000000, size=160M

LM2     name="AP", rpc=scmi, boot=3, skip=1, did=3, default
DFMT0:  sa=bypass
DFMT1:  sa=secure, pa=privileged
OWNER:  perm=sec_rw, api=all
EXEC:   perm=sec_rwx
SCMI_AGENT1 name="AP-S", secure
MAILBOX type=mu, mu=1, test=0
CHANNEL db=0, xport=smt, rpc=scmi, type=a2p
A55P    OWNER, sema=0x442313F8
DDR     EXEC, begin=0x8A000000, end=0x8DFFFFFF

DFMT1:  sa=nonsecure, pa=privileged
OWNER:  perm=rw, api=all
EXEC:   perm=full
SCMI_AGENT2 name="AP-NS"
MAILBOX type=mu, mu=3, test=2
CHANNEL db=0, xport=smt, rpc=scmi, type=a2p
CHANNEL db=1, xport=smt, rpc=scmi, type=p2a_notify
LMM_1   NOTIFY
PERF_A55 ALL
SMMU    OWNER
GIC     OWNER
MU2_A   OWNER
MU7_A   OWNER
MU8_A   OWNER
LPUART1 OWNER, test
LPUART5 OWNER
USDHC1  OWNER, kpa=0, sid=0x1
USDHC2  OWNER, sid=2
EDMA2_CH1 OWNER
PIN_SD2_CLK OWNER
OCRAM   EXEC, begin=0x204C0000, size=96K
DDR     EXEC, begin=0x88000000, end=0x89FFFFFF, clr=8
DDR     EXEC, begin=0x8E000000, end=0x87FFFFFFF
"""


def line(text, of=None):
    """Number of the line that begins like this, the last one if there are several."""
    found = [i for i, l in enumerate((of or CFG).split("\n"), 1) if l.startswith(text)]
    return found[-1]


class SampleCase(ConfigCase):
    def write_cfg(self, text=CFG, device=DEVICE, name="sample.cfg"):
        (self.dir / "device").mkdir(exist_ok=True)
        (self.dir / "device" / "device.cfg").write_text(device, encoding="utf-8")
        path = self.dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def changed_cfg(self, *changes):
        text = CFG
        for old, new in changes:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        return text
