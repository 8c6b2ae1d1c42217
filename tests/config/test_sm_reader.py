# SPDX-License-Identifier: Apache-2.0
"""The reader of a System Manager's .cfg: what it understands, and what it refuses to guess."""
import random
import unittest

from sm_sample import CFG, DEVICE, SampleCase, line

from haven_config.problems import Refused
from haven_config.sm_cfg import Cfg


class Reading(SampleCase):
    def read(self, text=CFG, device=DEVICE):
        return Cfg(self.write_cfg(text, device))

    def test_sections(self):
        cfg = self.read()
        self.assertEqual((cfg.name, cfg.soc), ("sample", "MIMX95"))
        self.assertEqual(cfg.domains, {9: "Probe", 0: "ELE", 2: "SM", 4: "M7", 3: "AP"})
        self.assertEqual([(m.index, m.name, m.did, m.boots) for m in cfg.machines.values()],
                         [(0, "SM", 2, {0: 1, 1: 1}), (1, "M7", 4, {0: 2, 1: 2}), (2, "AP", 3, {0: 3})])
        self.assertEqual([(a.name, a.secure, a.machine.index, a.mu) for a in cfg.agents.values()],
                         [("M7", False, 1, 9), ("AP-S", True, 2, 1), ("AP-NS", False, 2, 3)])
        self.assertEqual({k: v[:2] for k, v in cfg.agents[0].channels.items()}, {"a2p": (0, "crc32")})
        self.assertEqual({k: v[:2] for k, v in cfg.agents[2].channels.items()},
                         {"a2p": (0, "none"), "p2a_notify": (1, "none")})
        self.assertEqual([{lm: r[0] for lm, r in a.rights.items()} for a in cfg.agents.values()],
                         [{}, {}, {1: "notify"}])

    def test_memory(self):
        cfg = self.read()
        ddr = [(r.did, r.base, r.end, r.access, r.line.number) for r in cfg.regions
               if r.checker == "MRC_N0"]
        self.assertEqual(ddr, [
            (0, 0x80000000, 0x880000000, 0x6666, line("DDR     DATA")),
            (4, 0x80000000, 0x8a000000, 0x7777, line("DDR     EXEC, begin=0x80000000")),
            (3, 0x8a000000, 0x8e000000, 0x7700, line("DDR     EXEC, begin=0x8A")),
            (3, 0x88000000, 0x8a000000, 0x7777, line("DDR     EXEC, begin=0x88")),
            (3, 0x8e000000, 0x880000000, 0x7777, line("DDR     EXEC, begin=0x8E"))])
        self.assertEqual([(r.did, r.base, r.end) for r in cfg.regions if r.checker == "MRC_W2"],
                         [(4, 0x20380000, 0x20480000)])

    def test_masters(self):
        masters = {m.place: m for m in self.read().masters}
        self.assertEqual(sorted(masters), ["MDAC_M0=0", "MDAC_M1=0", "MDAC_M9=0", "MDAC_N0C=0",
                                           "MDAC_N0C=1", "MDAC_N5=0", "MDAC_N6=0", "MDAC_W0C=0"])
        for place, name, did, security, physical, stream in (
                ("MDAC_M0=0", "USDHC1", 3, "nonsecure", False, 1),
                ("MDAC_M1=0", "USDHC2", 3, "nonsecure", False, 2),   # a sid implies kpa=0
                ("MDAC_M9=0", "EDMA2_CH1", 3, "nonsecure", True, 0),
                ("MDAC_N0C=1", "A55P", 3, "bypass", True, 0),
                ("MDAC_W0C=0", "M7P", 4, "secure", True, 0)):
            m = masters[place]
            self.assertEqual((m.name, m.did, m.security, m.physical, m.stream),
                             (name, did, security, physical, stream), place)

    def test_blocks(self):
        blocks = [(b.name, b.checker, b.memory, b.first, b.last, b.did, b.access)
                  for b in self.read().blocks]
        for block in (("TRDC_N", "MBC_N0", 0, 1, 2, 2, 0x6600), ("SMMU", "MBC_N0", 0, 13, 15, 3, 0x6666),
                      ("OCRAM", "MBC_N2", 0, 16, 21, 3, 0x7777)):
            self.assertIn(block, blocks)
        self.assertEqual([b for b in blocks if b[0] == "TRDC_N"],
                         [("TRDC_N", "MBC_N0", 0, 1, 2, 2, 0x6600)], "permission 0 gives nothing")

    def test_a_name_means_what_it_was_last_defined_as(self):
        rights = [(r.line.words[1], r.access) for r in self.read().regions if r.did in (3, 4)]
        self.assertEqual(rights, [("DATA", 0x6666), ("EXEC", 0x7777), ("EXEC", 0x7700),
                                  ("EXEC", 0x7777), ("EXEC", 0x7777)])

    def test_quoted_text_is_no_define(self):
        cfg = self.read(CFG.replace('name="AP"', 'name="SMMU"'))
        self.assertEqual(cfg.machines[2].name, "SMMU")

    def test_names_are_not_needed(self):
        """Whatever gives a part of a firewall is seen, by whichever words."""
        cfg = self.read(CFG + "MRC_N0=0 did=4-5, perm=0x6666, begin=0x90000000, size=16K, nrgns=16\n"
                        "MINE: MDAC_M43=0\nMINE mdid=4, sid=0x3f\nMBC_N0=0.1 did=3 perm=rw\n")
        self.assertEqual([(r.did, r.base, r.access) for r in cfg.regions][-2:],
                         [(4, 0x90000000, 0x6666), (5, 0x90000000, 0x6666)])
        self.assertEqual((cfg.masters[-1].place, cfg.masters[-1].did, cfg.masters[-1].stream),
                         ("MDAC_M43=0", 4, 0x3f))
        self.assertEqual((cfg.blocks[-1].first, cfg.blocks[-1].last, cfg.blocks[-1].did), (1, 1, 3))

    def test_the_first_of_two_values_counts(self):
        cfg = self.read(CFG + "DDR perm=ro, EXEC, begin=0x90000000, size=1M\nLMM_2 ALL, lmm=get\n")
        self.assertEqual(cfg.regions[-1].access, 0x4444)
        self.assertEqual(cfg.agents[2].rights[2][0], "all")

    def test_granules(self):
        region = self.read(CFG + "DDR perm=rw, begin=0x90001000, end=0x90004000\n").regions[-1]
        self.assertEqual((region.base, region.end, region.rounded), (0x90000000, 0x90008000, True))
        region = self.read(CFG + "DDR perm=rw, begin=0x90000000, end=0x90003fff\n").regions[-1]
        self.assertEqual((region.end, region.rounded), (0x90004000, False))

    def test_a_name_for_nothing(self):
        self.assertEqual(self.read(CFG + "NOTHING:\nNOTHING\n").unknown, [])

    def test_no_assignment(self):
        cfg = self.read(CFG + "USDHC1 OWNER, mdid=none, kpa=0\n")
        self.assertEqual([m.line.number for m in cfg.masters if m.name == "USDHC1"],
                         [line("USDHC1")])

    def test_an_agent_with_the_rights_of_another(self):
        cfg = self.read(CFG + 'SCMI_AGENT3 name="more", dup=2\nLMM_2 NOTIFY\n')
        self.assertEqual({lm: r[0] for lm, r in cfg.agents[3].rights.items()}, {1: "notify", 2: "notify"})
        self.assertEqual({lm: r[0] for lm, r in cfg.agents[2].rights.items()}, {1: "notify"})

    def test_line_ends(self):
        cfg = self.read(CFG.replace("\n", "\r\n"))
        self.assertEqual(len(cfg.regions), len(self.read().regions))

    def test_what_is_not_understood_is_listed(self):
        cfg = self.read(CFG + "FOO OWNER\nBRD_SM_CTRL_X NOTIFY\nBAR BAZ=3\n")
        self.assertEqual([(l.number - CFG.count("\n"), w) for l, w in cfg.unknown], [(1, "FOO"), (3, "BAR")])


class Refusing(SampleCase):
    def refused(self, *lines, number=None, text=CFG, device=DEVICE, file="sample.cfg"):
        """One refusal; of the first added line unless said otherwise. Returns what it says."""
        whole = text + "".join(f"{line}\n" for line in lines) if isinstance(text, str) else text
        with self.assertRaises(Refused) as caught:
            Cfg(self.write_cfg(whole, device))
        self.assertEqual(len(caught.exception.problems), 1)
        problem = caught.exception.problems[0]
        self.assertEqual((problem.file, problem.line),
                         (file, CFG.count("\n") + 1 if number is None else number))
        return f"{problem.key} {problem.rule}"

    def test_includes(self):
        self.assertEqual(self.refused("include device/none.cfg"),
                         "include names device/none.cfg, which is not there; give the .cfg inside its "
                         "tree, with the device files that define what names stand for")
        self.assertEqual(self.refused("include"), "include needs one path")
        rule = "is taken for an include by one tool and not by another; write include at the start of " \
               "the line, and a blank behind it"
        self.assertEqual(self.refused("  include device/device.cfg"), f"include {rule}")
        self.assertEqual(self.refused("included device/device.cfg"), f"included {rule}")
        self.assertEqual(self.refused("A:B"), "A has no blank behind its colon")
        self.assertEqual(self.refused("include sample.cfg", number=1, text="",
                                      ), "the file includes itself")

    def test_too_much(self):
        self.assertEqual(self.refused(text=b"#" * ((1 << 20) + 1), number=1),
                         "the file is larger than 1048576 bytes")
        self.assertEqual(self.refused(text=b"\xff\n", number=1),
                         "the file is not UTF-8 text: invalid start byte")
        self.assertEqual(self.refused(text="A\n" * 100_001, number=100_001),
                         "the line is one of more than 100000")
        for i in range(64):
            (self.dir / f"{i}.cfg").write_text("")
        text = "".join(f"include {i}.cfg\n" for i in range(64))
        self.assertEqual(self.refused(text=text, number=1, file="63.cfg"),
                         "the file is one of more than 64 that are included")

    def test_lines(self):
        self.assertEqual(self.refused(text=CFG + "DDR EXEC, \\"),
                         "the line ends in \\, and nothing follows")
        self.assertEqual(self.refused("DDR EXEC, \\", "include device/device.cfg"),
                         "the line goes on in a line with include")
        self.assertEqual(self.refused("A: B", "B: A", "A OWNER", number=CFG.count("\n") + 3),
                         "the line uses a define that contains itself")
        bomb = ["A0: X X"] + [f"A{i}: " + f"A{i - 1} " * 40 for i in range(1, 9)] + ["A8"]
        self.assertEqual(self.refused(*bomb, number=CFG.count("\n") + 10),
                         "the line uses a define that contains itself")

    def test_sections(self):
        self.assertEqual(self.refused('LM3 name="x"'), "LM3 has no did")
        self.assertEqual(self.refused('LM3 name="x", did=many'), "did is 'many', not a number")
        self.assertEqual(self.refused('LM3 did=16'), "did is 16; there are domains 0 to 15")
        for head in ("LM", "DOM", "SCMI_AGENT"):
            self.assertEqual(self.refused(f'{head} did=4'), f"{head} has no number")
        two = CFG.count("\n") + 2
        self.assertEqual(self.refused("M7P: LM3 did=4", "M7P", number=two),
                         "M7P is defined as LM3, and one of them is no resource")
        self.assertEqual(self.refused("DOM4: M7P", "DOM4 did=4", number=two),
                         "DOM4 is defined as PD_M7, and one of them is no resource")
        self.assertEqual(self.refused("DEBUG did=16"), "did is 16; there are domains 0 to 15")
        self.assertEqual(self.refused("DEBUG all"), "DEBUG has all, which is not understood")
        self.assertEqual(self.refused('LM3 did=5, dids=6'), "LM3 has dids=6, which is not understood")
        self.assertEqual(self.refused('LM2 did=5'),
                         f"LM2 is there twice; first in sample.cfg:{line('LM2')}")
        self.assertEqual(self.refused('SCMI_AGENT2 name="x"'),
                         f"SCMI_AGENT2 is there twice; first in sample.cfg:{line('SCMI_AGENT2')}")
        self.assertEqual(self.refused('SCMI_AGENT3 dup=9'), "dup is 9, which is no agent above")
        self.assertEqual(self.refused('SCMI_AGENT0 name="x"', text="", number=1),
                         "SCMI_AGENT0 stands before every LM")
        self.assertEqual(self.refused("MAILBOX type=mu, mu=1", text="", number=1),
                         "MAILBOX stands before every agent")
        self.assertEqual(self.refused("CHANNEL type=a2p", text="", number=1),
                         "CHANNEL stands before every agent")
        self.assertEqual(self.refused("MODE msel=1", text="", number=1),
                         "MODE needs an LM above it and a msel")
        self.assertEqual(self.refused("MODE boot=1"), "MODE needs an LM above it and a msel")
        self.assertEqual(self.refused("MODE msel=1, boot=1, rights=all"),
                         "MODE has rights=all, which is not understood")

    def test_memory_behind_a_registers_bits(self):
        """Of 36 bits, and of 32: cut off, these would lie where guests are."""
        for begin in ("0x10a0000000", "0xff0000000"):
            end = int(begin, 16) + (1 << 28)
            self.assertEqual(self.refused(f"DDR EXEC, begin={begin}, size=0x10000001"),
                             f"DDR ends at {hex(end)}, and its registers hold 36 bits of an address: what "
                             "is above would be cut off")
        self.assertEqual(self.refused("M7MIX DATA, begin=0x1a0000000, size=16K"),
                         "M7MIX ends at 0x1a0003fff, and its registers hold 32 bits of an address: what "
                         "is above would be cut off")
        self.assertEqual(self.refused("MRC_N0=0 DATA, big=2, begin=0x80000000, size=16K"),
                         "big is 2, neither 0 nor 1")
        Cfg(self.write_cfg(CFG + "DDR EXEC, begin=0xfffffc000, size=16K\n"
                           "M7MIX DATA, begin=0xffffc000, size=16K\n"))

    def test_memory(self):
        self.assertEqual(self.refused("DDR EXEC, did=4-16, begin=0x80000000, size=1M"),
                         "did is 4-16; there are domains 0 to 15")
        self.assertEqual(self.refused("DDR EXEC, size=1M"),
                         "DDR has no begin, or neither end nor size")
        self.assertEqual(self.refused("DDR EXEC, begin=0x80000000"),
                         "DDR has no begin, or neither end nor size")
        self.assertEqual(self.refused("DDR EXEC, begin=0x80000000, end=0x7fffffff"),
                         "DDR ends before it begins")
        self.assertEqual(self.refused("DDR EXEC, begin=0x80000000, size=0"), "DDR ends before it begins")
        self.assertEqual(self.refused("DDR begin=0x80000000, size=1M")[:44],
                         "DDR has the permission (none), which is none")
        self.assertEqual(self.refused("DDR perm=rwx, begin=0x80000000, size=1M")[:41],
                         "DDR has the permission rwx, which is none")
        self.assertEqual(self.refused("DDR perm=0x8888, begin=0, size=1M")[:44],
                         "DDR has the permission 0x8888, which is none")
        self.assertEqual(self.refused("DDR EXEC, begin=start, size=1M"), "begin is 'start', not a number")
        self.assertEqual(self.refused("DDR EXEC, did=7-5, begin=0, size=1M"), "did is 7-5, not a range")
        self.assertEqual(self.refused("DDR EXEC, did=0-1024, begin=0, size=1M"),
                         "did is 0-1024, not a range")
        self.assertEqual(self.refused("DDR EXEC, begin=0, size=1M, cached=1"),
                         "DDR has cached=1, which is not understood")
        self.assertEqual(self.refused("OCRAM EXEC, begin=0x20000000, size=16K"),
                         "OCRAM begins below its origin, or has no blocks")

    def test_noise(self):
        """Whatever is done to a file, it is read or refused by a line of it."""
        rng = random.Random(95)
        pieces = [l + "\n" for l in CFG.split("\n")] + [w for w in CFG.replace(",", " , ").split(" ")]
        read = 0
        for _ in range(300):
            text = list(CFG)
            for _ in range(rng.randrange(1, 4)):
                at, end = rng.randrange(len(text)), rng.choice((0, 1, 3, 20))
                text[at:at + end] = rng.choice(pieces + ["-", "=", "\\\n", "0x", "\0", "\"", ":", "9" * 30])
            path = self.write_cfg("".join(text))
            try:
                cfg = Cfg(path)
                cfg.reader.expand("LPUART5")
                read += 1
            except Refused as refused:
                problem = refused.problems[0]
                self.assertIn(problem.file, ("sample.cfg", "device.cfg"))
                self.assertGreater(problem.line, 0)
        self.assertGreater(read, 30)

    def test_a_name_without_its_define(self):
        self.assertEqual(self.refused("SDRAM EXEC, begin=0x80000000, size=1M"),
                         "SDRAM says where memory lies or how a master is seen, but stands for no part of "
                         "a firewall; its define is missing")
        self.assertEqual(self.refused("USB9 OWNER, kpa=0, sid=4"),
                         "USB9 says where memory lies or how a master is seen, but stands for no part of a "
                         "firewall; its define is missing")

    def test_nobodys(self):
        text = "DDR: MRC_N0=0\nU: MDAC_M0=0\n"
        self.assertEqual(self.refused("DDR perm=rw, begin=0, size=1M", text=text, number=3),
                         "DDR stands before every DOM and LM")
        self.assertEqual(self.refused("U sid=1", text=text, number=3), "U stands before every DOM and LM")

    def test_masters(self):
        self.assertEqual(self.refused("MDAC_M3=0 sa=maybe"), "sa is maybe, which is none of secure, "
                         "nonsecure, bypass")
        self.assertEqual(self.refused("USDHC1 OWNER, sid=two"), "sid is 'two', not a number")
        self.assertEqual(self.refused("USDHC1 OWNER, kpa=no"), "kpa is 'no', not a number")
        self.assertEqual(self.refused("USDHC1 OWNER, sid2=1"), "USDHC1 has sid2=1, which is not understood")

    def test_rights(self):
        self.assertEqual(self.refused("LMM_1 lmm=some"), "LMM_1 has the right some, which is not one of "
                         "none, get, notify, set, priv, exclusive, all")


if __name__ == "__main__":
    unittest.main()
