# SPDX-License-Identifier: Apache-2.0
"""A System Manager's .cfg against a configuration: each conflict, in its exact words."""
import subprocess
import sys
import unittest

from imx95 import IMX95
from sm_sample import CFG, DEVICE, SampleCase, line
from support import GOOD, ROOT

YAML = IMX95.replace("mx95evk\n", "sample\n  cfg: sample.cfg\n").replace(
    "{binary: rtos.bin}", "{binary: rtos.bin, devices: [lpuart5]}") + "dma:\n  linux: [usdhc2]\n"
HERE = {"cfg": 4, "name": 3, "linux": 9, "rtos": 10, "window": 12, "devices": 15, "mode": 18,
        "memory": 19, "dma": 24}


def at(text, of=None):
    return f"sample.cfg:{line(text, of)}"


class Agreement(SampleCase):
    def test_they_agree(self):
        self.write_cfg()
        config = self.good(YAML)
        self.assertEqual(config.firmware.notes, [])
        self.assertFalse(config.firmware.crc)
        self.assertEqual(config.firmware.policy.selectors, (0,))

    def test_what_it_says_goes_before_what_the_board_knows(self):
        self.write_cfg(CFG.replace("size=160M", "size=128M"), name="mx95evk.cfg")
        text = YAML.replace("sample", "mx95evk")
        self.assertEqual([r for r in self.refusals(text)], [
            "12: memory.shared[0] takes 0x88000000-0x881fffff, where the Cortex-M7 (domain 4) does not "
            "reach its window under mx95evk; both sides reach nothing"])

    def test_differences_are_told(self):
        self.write_cfg(self.changed_cfg(
            ("LMM_1   NOTIFY", "LMM_1   ALL"), ("kpa=0, sid=0x1", "kpa=0, sid=0x5"),
            ("PERF_A55 ALL", "PERF_A55 ALL\nMODE msel=2, boot=1"),
            ("size=160M", "size=160M\nDDR EXEC, begin=0x8E000000, size=16K")), name="mx95evk.cfg")
        notes = self.good(YAML.replace("sample", "mx95evk")).firmware.notes
        known = "mx95evk.cfg differs from what board.yaml knows of mx95evk: "
        for text in ("m7 (domain 4) has more: full in 0x8e000000-0x8e003fff",
                     "v2x (domain 12) has less: ro in 0x80000000-0x87fffffff",
                     f"the hypervisor's agent has ALL over m7 (mx95evk.cfg:{line('LMM_1') + 1}), not NOTIFY",
                     "USDHC1 has stream 0x5, not stream 0x1",
                     "NPU has no stream id, not stream 0xd",
                     "the application cores are started with selector 0 or 2, not 0"):
            self.assertIn(known + text, notes)

    def test_notes(self):
        self.write_cfg(self.changed_cfg(
            ("SYS     NOTIFY", "SYS     NOTIFY\nLMM_2 ALL\nWHAT OWNER"),
            ("A55P    OWNER", "LMM_1 ALL\nLMM_2 ALL\nA55P    OWNER"),
            ("size=96K\n", "size=96K\nDDR EXEC, begin=0x88000000, end=0x8A000000\nEDMA2_CH1 OWNER, "
             "mdid=4\n")).replace("DDR     EXEC, begin=0x88000000, end=0x89FFFFFF, clr=8\n", "")
            .replace("DDR EXEC, begin=0x88000000, end=0x8A000000", "DDR EXEC, begin=0x88000000, "
                     "end=0x89FFF000"))
        text = (self.dir / "sample.cfg").read_text()
        first = text.split("\n").index("EDMA2_CH1 OWNER") + 1
        self.assertEqual(self.good(YAML).firmware.notes, [
            f"sample.cfg lets M7 (sample.cfg:{text.split(chr(10)).index('LMM_2 ALL') + 1}) end the application cores: LMM_2 ALL",
            f"sample.cfg assigns EDMA2_CH1 to domain 3 at sample.cfg:{first} and to domain 4 at "
            f"{at('EDMA2_CH1', text)}",
            f"sample.cfg rounds DDR at {at('DDR EXEC', text)} to 0x88000000-0x89ffffff",
            f"sample.cfg has WHAT at {at('WHAT', text)}, which is not understood and gives nothing of a "
            "firewall"])

    def test_a_channel_with_a_checksum(self):
        self.write_cfg(CFG.replace("rpc=scmi, type=p2a_notify", "rpc=scmi, type=p2a_notify, check=crc32")
                       .replace("type=a2p\nCHANNEL db=1", "type=a2p, check=crc32\nCHANNEL db=1"))
        self.assertTrue(self.good(YAML).firmware.crc)

    def test_the_command_takes_a_file_and_tells_notes(self):
        path = self.write_cfg(self.changed_cfg(("SYS     NOTIFY", "LMM_2 ALL")), name="other.cfg")
        (self.dir / "x.yaml").write_text(YAML.replace("sample\n  cfg: sample.cfg", "other"))
        done = subprocess.run(
            [sys.executable, "-B", str(ROOT / "tools" / "haven-config"), "x.yaml", "--out", "o",
             "--no-images", "--depfile", "o.d", "--sm-cfg", str(path)], cwd=self.dir, text=True,
            capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (
            0, f"haven-config: other.cfg lets M7 (other.cfg:{line('SYS')}) end the application cores: "
            "LMM_2 ALL\n"))
        depfile = (self.dir / "o.d").read_text()
        self.assertIn(str(path), depfile)
        self.assertIn(str(self.dir / "device" / "device.cfg"), depfile)

    def test_a_file_for_a_board_without_a_system_manager(self):
        (self.dir / "x.yaml").write_text(GOOD)
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "haven-config"), "x.yaml",
                               "--check", "--sm-cfg", str(self.write_cfg())], cwd=self.dir, text=True,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (
            1, "x.yaml:1: target is qemu-virt, where nothing belongs to a System Manager; leave out "
            "--sm-cfg\n"))

    def test_a_file_that_is_not_there(self):
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "haven-config"),
                               str(self.write_yaml()), "--check"], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (
            3, f"haven-config: {self.dir / 'sample.cfg'}: No such file or directory\n"))

    def write_yaml(self):
        path = self.dir / "x.yaml"
        path.write_text(YAML)
        return path

    def test_a_line_that_cannot_be_read(self):
        self.write_cfg(CFG + "DDR EXEC\n")
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "haven-config"),
                               str(self.write_yaml()), "--check"], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (
            1, f"sample.cfg:{CFG.count(chr(10)) + 1}: DDR has no begin, or neither end nor size\n"))


class Conflicts(SampleCase):
    def conflict(self, where, rule, *changes, yaml=YAML, add="", device=DEVICE, name="sample.cfg"):
        """One refusal, at a place of the YAML, with exactly these words."""
        text = self.changed_cfg(*changes) + add
        self.write_cfg(text, device, name)
        got = self.refusals(yaml)
        self.assertEqual(got, [f"{HERE[where]}: " + rule.replace("{+}", str(CFG.count("\n") + 1))])

    def test_soc(self):
        self.conflict("cfg", "firmware.cfg is sample.cfg, which is for MIMX94, not for MIMX95; give the "
                      "one of this board", ("MIMX95", "MIMX94"))

    def test_name(self):
        self.conflict("cfg", "firmware.cfg is other.cfg, so the System Manager will say that it runs "
                      "other, and boot stops unless that is sample; write system_manager: other, or give "
                      "that file", yaml=YAML.replace("cfg: sample.cfg", "cfg: other.cfg"),
                      name="other.cfg")

    def test_a_name_that_is_told_in_part(self):
        """CFG_INFO has 16 bytes, the last one 0: mx95evkjailhouse and whatever else begins so."""
        for name, passes in (("a" * 15, True), ("mx95evkjailhouse", False), ("a" * 63, False)):
            yaml = YAML.replace("sample", name)
            self.write_cfg(name=f"{name}.cfg")
            if passes:
                self.good(yaml)
            else:
                self.assertEqual(self.refusals(yaml), [
                    f"3: firmware.system_manager is {name}, of which the firmware tells {name[:15]} at boot: "
                    "another one that begins so would pass; give its .cfg a name of up to 15 characters"])

    def test_selector(self):
        self.write_cfg()
        self.assertEqual(self.refusals(YAML.replace("sample\n", "sample\n  selector: 1\n")),
                         ["4: firmware.selector is 1; under sample the application cores are started with "
                          "selector 0"])

    # memory

    def test_guests_memory(self):
        text = self.changed_cfg(("size=160M\n", "size=160M\nDDR EXEC, begin=0xA0000000, size=16M\n"))
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            "9: memory.linux takes 0xa0000000-0xa0ffffff, which the Cortex-M7 (domain 4) reaches too under "
            f"sample ({at('DDR EXEC', text)}); only its window, the area that shared of its mcu entry "
            "names, may lie there; guests may have 0xa1000000-0x27fffffff"])

    def test_the_hypervisors_memory(self):
        text = self.changed_cfg(("size=160M\n", "size=160M\nDDR perm=ro, begin=0x9FFFC000, size=16K\n"))
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            "3: firmware.system_manager is sample, under which the Cortex-M7 (domain 4) reaches "
            f"0x9fffc000-0x9fffffff ({at('DDR perm', text)}); that is the hypervisor's memory, its tables "
            "and the SMMU's"])

    def test_a_guests_memory_that_is_the_cores_alone(self):
        text = self.changed_cfg(("begin=0x8E000000", "begin=0x90000000"),
                                ("size=160M\n", "size=160M\nDDR EXEC, begin=0x8E000000, size=32M\n"))
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML.replace("0xd0000000, size: 16M", "0x8e000000, size: 16M")), [
            "10: memory.rtos takes 0x8e000000-0x8effffff, which sample gives to the Cortex-M7 (domain 4) "
            f"alone ({at('DDR EXEC', text)}): the application cores (domain 3) get a bus error there; guests "
            "may have 0xa0000000-0x27fffffff"])

    def test_secure_memory(self):
        text = self.changed_cfg(("end=0x8DFFFFFF\n", "end=0x8DFFFFFF\nDDR EXEC, begin=0xD0000000, "
                                 "size=16M\n"),
                                ("DDR     EXEC, begin=0x8E000000, end=0x87FFFFFFF",
                                 "DDR EXEC, begin=0x8E000000, end=0xCFFFFFFF"))
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            "10: memory.rtos takes 0xd0000000-0xd0ffffff, which sample leaves to the secure world "
            f"(sample.cfg:{line('DDR EXEC, begin=0xD', text)}); guests may have 0xa0000000-0xcfffffff"])

    def test_the_cores_memory(self):
        yaml = YAML.replace("0x80000000, size: 128M", "0xc0000000, size: 64M")
        self.conflict("memory", "mcu.m7.memory takes 0xc0000000-0xc3ffffff, which sample does not give to "
                      f"the Cortex-M7 (domain 4); it has 0x80000000-0x89ffffff "
                      f"({at('DDR     EXEC, begin=0x80')}); mx95evkrpmsg gives it, but to the application "
                      "cores (domain 3) too", yaml=yaml)

    def test_the_window(self):
        self.conflict("window", "memory.shared[0] takes 0x88000000-0x881fffff, which sample gives to the "
                      f"Cortex-M7 (domain 4) alone ({at('DDR     EXEC, begin=0x80')}): the application "
                      "cores (domain 3) get a bus error there", ("begin=0x88000000", "begin=0x88200000"))

    def test_regions_that_overlap(self):
        extra = "DDR perm=ro, begin=0x90000000, size=16K\n"
        self.conflict("cfg", "firmware.cfg gives domain 3 0x90000000-0x90003fff as 0x7777 "
                      f"({at('DDR     EXEC, begin=0x8E')}) and as 0x4444 (sample.cfg:{{+}}); what "
                      "overlapping regions add up to is documented nowhere: make them one, or apart",
                      add=extra)
        self.write_cfg(CFG + extra.replace("ro", "full"))
        self.good(YAML)

    def test_more_regions_than_there_are(self):
        rows = "".join(f"DDR EXEC, begin=0x{0x90000000 + i * 0x10000:x}, size=16K\n" for i in range(14))
        self.conflict("cfg", "firmware.cfg gives domain 3 17 regions in MRC_N0, which holds 16 for a "
                      f"domain; the last one is at sample.cfg:{CFG.count(chr(10)) + 14}", add=rows)

        self.write_cfg(CFG + "".join(rows.splitlines(True)[:13]))
        self.good(YAML)

    def test_more_permissions_than_there_are(self):
        names = ("sec_r", "secpriv_rx", "secpriv_rw", "secpriv_rwx", "sec_rw", "ro")
        rows = "".join(f"DDR did=5, perm={n}, begin=0x{0x880000000 + i * 0x4000:x}, size=16K\n"
                       for i, n in enumerate(names))
        self.conflict("cfg", "firmware.cfg uses 9 different permissions in MRC_N0, which holds 8: 0x4400, "
                      "0x4444, 0x5000, 0x6000, 0x6600, 0x6666, 0x7000, 0x7700, 0x7777", add=rows)

        self.write_cfg(CFG + "".join(rows.splitlines(True)[:5]))
        self.good(YAML)

    def test_a_domain_that_nobody_knows(self):
        extra = 'DOM5 name="Extra", did=5\nDDR perm=ro, begin=0xA0000000, size=16K\n'
        self.conflict("cfg", "firmware.cfg gives 0xa0000000-0xa0003fff to domain 5, Extra "
                      f"(sample.cfg:{CFG.count(chr(10)) + 2}); that is memory.linux of linux: take it out "
                      "of that region", add=extra)
        self.conflict("cfg", "firmware.cfg gives 0x90000000-0x90003fff to domain 6, which has no name "
                      "(sample.cfg:{+}); that is the hypervisor: take it out of that region",
                      add="DDR did=6, perm=rw, begin=0x90000000, size=16K\n")

    def test_secure_memory_of_others(self):
        secure = "; that is the secure world's RAM: take it out of that region"
        self.conflict("cfg", "firmware.cfg gives 0x8a000000-0x8a003fff to domain 4 (sample.cfg:{+}), not "
                      "to Secure accesses of the application cores alone" + secure,
                      add="DDR did=4, perm=sec_rw, begin=0x8A000000, size=16K\n")
        self.write_cfg(self.changed_cfg(("begin=0x88000000, end=0x89FFFFFF", "begin=0x88000000, "
                                         "end=0x8AFFFFFF"), ("EXEC, begin=0x8A000000",
                                                             "EXEC, begin=0x8B000000")))
        self.assertEqual(self.refusals(YAML), [
            f"4: firmware.cfg gives 0x8a000000-0x8affffff to domain 3 ({at('DDR     EXEC, begin=0x88')}), "
            "not to Secure accesses of the application cores alone" + secure])
        self.write_cfg(CFG + "DDR did=12, perm=ro, begin=0x8A000000, size=16K\n")
        self.good(YAML)

    # cores and agents

    def test_application_cores_that_are_secure(self):
        self.conflict("cfg", "firmware.cfg makes every access of the application cores (A55P) Secure "
                      f"({at('A55P')}), a guest's too; write DFMT0: sa=bypass above it",
                      ("DFMT0:  sa=bypass", "DFMT0: sa=secure"))

    def test_application_cores_that_are_never_started(self):
        self.conflict("name", "firmware.system_manager is sample, which starts the application cores with "
                      "no selector; give their LM a boot order", ("boot=3, skip=1, did=3", "skip=1, did=3"))

    def test_one_domain_for_both(self):
        self.write_cfg(self.changed_cfg(("M7P     OWNER  # cores come first\n", ""),
                                        ("A55P    OWNER", "M7P OWNER\nA55P    OWNER")))
        text = (self.dir / "sample.cfg").read_text()
        self.assertEqual(self.refusals(YAML), [
            f"4: firmware.cfg gives M7P to domain 3 ({at('M7P', text)}), as the application cores: no "
            "firewall stands between them and the Cortex-M7; give it a logical machine with a did of its "
            "own"])

    def test_a_core_that_is_nobodys(self):
        self.conflict("cfg", "firmware.cfg gives the Cortex-M7 (M7P) to nobody; write M7P OWNER in the "
                      "section of its logical machine", ("M7P     OWNER  # cores come first\n", ""))

    def test_another_domain(self):
        self.write_cfg(self.changed_cfg(("did=4, safe", "did=5, safe")))
        got = self.refusals(YAML)
        self.assertEqual(got[0], "4: firmware.cfg gives the Cortex-M7 (M7P) to domain 5 "
                         f"({at('M7P')}), but board.yaml has domain 4; write did=4 in its LM")

    def test_another_machine(self):
        text = CFG.replace("LM1 ", "LM8 ").replace("LM2 ", "LM9 ")
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            f"4: firmware.cfg has the Cortex-M7 (M7P) in LM8 ({at('LM8', text)}), but board.yaml has logical "
            "machine 1; number it so"])

    def test_a_core_outside_of_every_machine(self):
        self.conflict("cfg", "firmware.cfg has the Cortex-M7 (M7P) in no LM, but board.yaml has logical "
                      "machine 1; number it so", ("LM1     name=\"M7\", rpc=scmi, boot=2, skip=1, did=4, "
                                                  "safe=seenv", "DOM4 name=\"M7\", did=4"),
                      ("SCMI_AGENT0 name=\"M7\"\nMAILBOX type=mu, mu=9, test=8, priority=high\nCHANNEL db=0, "
                       "xport=smt, check=crc32, rpc=scmi, type=a2p, \\\n        test=default\n", ""))

    def test_no_agent(self):
        self.write_cfg(self.changed_cfg(("mu=3, test=2", "mu=5, test=2")))
        self.assertEqual(self.refusals(YAML), [
            "4: firmware.cfg has no agent with mu=3, the other side of the hypervisor's mailbox; write "
            "MAILBOX type=mu, mu=3 in a Non-secure agent of domain 3",
            "17: mcu.m7.mode is attach, but sample grants the hypervisor's agent NONE on "
            "logical machine 1 (LMM_1), and to be told of its life takes NOTIFY or more; it is granted by "
            "mx95evk, mx95evkrpmsg"])

    def test_a_secure_agent(self):
        self.conflict("cfg", "firmware.cfg gives mu=3, the other side of the hypervisor's mailbox, to "
                      f"SCMI_AGENT2 ({at('SCMI_AGENT2')}), which is Secure; it takes a Non-secure agent of "
                      "domain 3", ('name="AP-NS"', 'name="AP-NS", secure'))

    def test_two_agents_at_one_mailbox(self):
        self.conflict("cfg", f"firmware.cfg gives mu=3 to SCMI_AGENT3 (sample.cfg:{{+}}) as well; a "
                      "mailbox has one agent",
                      add='SCMI_AGENT3 name="x"\nMAILBOX type=mu, mu=3\n')

    def test_channels(self):
        self.conflict("cfg", f"firmware.cfg has no channel of type p2a_notify in SCMI_AGENT2 "
                      f"({at('SCMI_AGENT2')}); write CHANNEL db=1, type=p2a_notify",
                      ("CHANNEL db=1, xport=smt, rpc=scmi, type=p2a_notify\n", ""))
        self.conflict("cfg", "firmware.cfg has the channel of type p2a_notify on doorbell 2 "
                      f"({at('CHANNEL db=1')}); the hypervisor has it on 1",
                      ("CHANNEL db=1", "CHANNEL db=2"))
        same = f"in SCMI_AGENT2 ({at('SCMI_AGENT2')}); the hypervisor has none or crc32, the same for all"
        self.conflict("cfg", "firmware.cfg has channels with check crc32 and none " + same,
                      ("type=p2a_notify", "type=p2a_notify, check=crc32"))
        self.conflict("cfg", "firmware.cfg has channels with check crc16 " + same,
                      ("type=p2a_notify", "type=p2a_notify, check=crc16"),
                      ("mu=3, test=2\nCHANNEL db=0,", "mu=3, test=2\nCHANNEL db=0, check=crc16,"))

    def test_rights(self):
        self.conflict("mode", f"mcu.m7.mode is manage, but sample ({at('LMM_1')}) grants the hypervisor's "
                      "agent NOTIFY on logical machine 1 (LMM_1), and to set its vector, boot and end it "
                      "takes PRIV or more; use mode attach; it is granted by mx95evkrpmsg",
                      yaml=YAML.replace("machine: m7\n", "mode: manage\n    machine: m7\n    vector: 0\n"))
        self.write_cfg(self.changed_cfg(("LMM_1   NOTIFY", "LMM_1 ALL")))
        self.good(YAML.replace("machine: m7\n", "mode: manage\n    machine: m7\n    vector: 0\n"))

    # masters and devices

    def test_a_master_beside_the_smmu(self):
        self.conflict("dma", f"dma.linux[0] gives usdhc2 to linux, but under sample ({at('USDHC2')}) no SMMU "
                      "stands in front of it: USDHC2 has no stream id, and would reach whatever the "
                      "application cores (domain 3) do", ("USDHC2  OWNER, sid=2", "USDHC2 OWNER, kpa=1"))

    def test_another_stream(self):
        self.conflict("dma", "dma.linux[0] gives usdhc2 to linux, which has stream 0x2, but under sample "
                      f"({at('USDHC2')}) USDHC2 has 0x9", ("sid=2", "sid=9"))

    def test_a_stream_twice(self):
        self.conflict("cfg", f"firmware.cfg gives stream 0x2 to USDHC2 ({at('USDHC2')}) and to EDMA2_CH1 "
                      f"({at('EDMA2_CH1')}): the SMMU cannot tell them apart; give one of them another sid",
                      ("EDMA2_CH1 OWNER", "EDMA2_CH1 OWNER, sid=2"))

    def test_a_master_with_two_assignments(self):
        self.conflict("cfg", f"firmware.cfg assigns MDAC_M1=0 to domain 3 as USDHC2 ({at('USDHC2')}) and to "
                      "domain 3 as MDAC_M1=0 (sample.cfg:{+}); keep one of the lines",
                      add="MDAC_M1=0 sa=nonsecure, sid=7\n")

    def test_a_master_that_another_core_drives(self):
        """Its accesses have the rights of its domain, whoever writes its registers."""
        rule = "firmware.cfg puts EDMA2_CH1 into domain {} ({}), and gives its registers to domain 4 " \
               "(sample.cfg:{{+}}), which would reach by it what domain {} does; keep both in one domain"
        here = at("EDMA2_CH1")
        self.conflict("cfg", rule.format(3, here, 3), add="EDMA2_CH1 perm=rw, did=4, mdid=none\n")
        self.conflict("cfg", rule.format(3, here, 3), add="MBC_W0=0.0-2 perm=0x0002, did=4\n")
        for did in (0, 9):
            self.conflict("cfg", rule.format(did, here, did).replace("sample.cfg:{+}", here),
                          ("EDMA2_CH1 OWNER", f"EDMA2_CH1 perm=rw, did=4, mdid={did}"))

    def test_a_master_that_may_be_driven(self):
        """Read only; by firmware; of the core's own domain; behind the SMMU."""
        for add in ("MBC_W0=0.1 perm=ro, did=4\n", "MBC_W0=0.1 perm=rw, did=9\n"):
            self.write_cfg(CFG + add)
            self.good(YAML)
        self.write_cfg(self.changed_cfg(("EDMA2_CH1 OWNER\n", ""),
                                        ("M7MIX   DATA", "EDMA2_CH1 OWNER\nM7MIX   DATA")))
        self.good(YAML)
        self.write_cfg(CFG + "MBC_W0=1.5 perm=rw, did=4\n")  # USDHC1, which no guest has
        self.good(YAML)

    def test_debug(self):
        self.conflict("cfg", "firmware.cfg gives domain 4 whatever any domain has (sample.cfg:{+}, DEBUG); "
                      "that takes a domain of the firmware's", add="DEBUG did=4\n")
        self.write_cfg(CFG + "DEBUG did=8\n")
        self.good(YAML)

    def test_a_region_of_another_kind_of_checker(self):
        """As 32 bits it lies below RAM; the registers hold it shifted, as 0xa0000000."""
        self.conflict("cfg", "firmware.cfg has big=0 at sample.cfg:{+}, but the registers of MRC_N0 hold "
                      "addresses >> 4", add="MRC_N0=0 perm=rw, did=4, begin=0x0a000000, size=16K\n")
        self.conflict("cfg", "firmware.cfg has big=1 at sample.cfg:{+}, but the registers of MRC_W2 do not "
                      "hold addresses >> 4", add="MRC_W2=0 perm=rw, did=4, begin=0x4a060000, size=16K, "
                      "big=1\n")

    def test_a_core_with_two_assignments(self):
        self.conflict("cfg", f"firmware.cfg assigns MDAC_W0C=0 to domain 4 as M7P ({at('M7P')}) and to "
                      "domain 3 as MDAC_W0C=0 (sample.cfg:{+}); keep one of the lines",
                      add="MDAC_W0C=0 sa=secure\n")

    def test_a_secure_master(self):
        text = self.changed_cfg(("USDHC2  OWNER, sid=2\n", ""),
                                ("A55P    OWNER", "USDHC2 OWNER, perm=rw, sid=2\nA55P    OWNER")) + \
            "MBC_W0=1.6 OWNER\n"
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            f"24: dma.linux[0] needs usdhc2, but sample.cfg lets USDHC2 make Secure accesses "
            f"({at('USDHC2', text)}, sa=secure); write sa=nonsecure"])

    def test_a_master_of_the_core(self):
        self.conflict("dma", "dma.linux[0] needs usdhc2, but sample.cfg puts USDHC2 into domain 4 "
                      f"({at('USDHC2')}); its accesses would have that domain's rights: write it in the "
                      "section of domain 3", ("sid=2", "sid=2, mdid=4"))

    def test_a_device_that_the_core_has_too(self):
        text = self.changed_cfg(("M7P     OWNER", "LPUART5 OWNER\nM7P     OWNER"))
        self.write_cfg(text)
        first = text.split("\n").index("LPUART5 OWNER") + 1
        self.assertEqual(self.refusals(YAML), [
            "15: partitions.rtos.devices[0] needs lpuart5, but sample.cfg gives LPUART5 to domain 4 too "
            f"(sample.cfg:{first}); take that line away, or the device from the partition"])

    def test_a_device_by_its_blocks(self):
        text = self.changed_cfg(("M7P     OWNER", "MBC_W0=0.80-90 perm=ro\nM7P     OWNER"))
        self.write_cfg(text)
        self.assertEqual(self.refusals(YAML), [
            "15: partitions.rtos.devices[0] needs lpuart5, but sample.cfg gives MBC_W0=0.80-90 to domain 4 "
            f"too ({at('MBC_W0', text)}); take that line away, or the device from the partition"])

    def test_a_device_that_application_cores_do_not_have(self):
        self.conflict("devices", "partitions.rtos.devices[0] needs lpuart5, but sample.cfg does not let the "
                      "application cores (domain 3) read and write LPUART5; write LPUART5 OWNER in the "
                      "section of the Non-secure agent", ("LPUART5 OWNER\n", ""))

    def test_a_device_of_the_secure_world(self):
        self.conflict("devices", "partitions.rtos.devices[0] needs lpuart5, but sample.cfg does not let the "
                      "application cores (domain 3) read and write LPUART5; write LPUART5 OWNER in the "
                      "section of the Non-secure agent", ("LPUART5 OWNER\n", ""),
                      ("A55P    OWNER", "LPUART5 OWNER\nA55P    OWNER"))

    def test_the_hypervisors_own_devices(self):
        for name, what in (("SMMU", "smmu"), ("GIC", "gic"), ("MU2_A", "mu2")):
            self.conflict("cfg", f"firmware.cfg needs {what}, but sample.cfg does not let the application "
                          f"cores (domain 3) read and write {name}; write {name} OWNER in the section of "
                          "the Non-secure agent", (f"\n{name:7} OWNER\n", "\n"))
        self.conflict("cfg", "firmware.cfg needs lpuart1, but sample.cfg does not let the application cores "
                      "(domain 3) read and write LPUART1; write LPUART1 OWNER in the section of the "
                      "Non-secure agent", ("LPUART1 OWNER, test\n", ""))

    def test_the_firewalls_own_registers(self):
        for extra in ("TRDC_N OWNER\n", "MBC_N0=0.2 OWNER\n"):
            self.conflict("cfg", "firmware.cfg gives registers of TRDC N to domain 3 (sample.cfg:{+}), which "
                          "could then change every right; take that line away", add=extra)


if __name__ == "__main__":
    unittest.main()
