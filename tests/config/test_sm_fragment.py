# SPDX-License-Identifier: Apache-2.0
"""Lines of a .cfg that would make a configuration true: written, put in place, read back."""
import subprocess
import sys
import unittest

from imx95 import IMX95
from sm_sample import CFG, SampleCase, line
from support import BOARDS, ROOT
from test_firmware_refusals import ORIGIN
from test_sm_cfg import YAML

from haven_config import compile as compiler

HEAD = """\
# Lines of {} under which the partitions of x hold.
# Give the result a name of its own, and that to firmware.system_manager: at boot only
# names are compared.
"""
MOVED = YAML.replace("{base: 0x80000000, size: 128M}", "{base: 0xc0000000, size: 64M}").replace(
    "{name: window, base: 0x88000000, size: 2M}", "{name: window, base: 0xc8000000, size: 2M}")


class Fragments(SampleCase):
    def fragment(self, yaml=YAML):
        (self.dir / "x.yaml").write_text(yaml, encoding="utf-8")
        return compiler.fragment(str(self.dir / "x.yaml"), BOARDS)

    def settles(self, cfg, yaml=YAML, left=()):
        """There is a conflict; with the lines in place there is none, or those of `left`."""
        self.write_cfg(cfg)
        before = self.refusals(yaml)
        self.assertNotEqual(before, [])
        fragment = self.fragment(yaml)
        self.assertEqual([f"{p.line}: {p.key} {p.rule}" for p in fragment.left], list(left))
        text = fragment.text()
        patched = fragment.patched()
        self.write_cfg(patched)
        if left:
            self.assertEqual(self.refusals(yaml), list(left))
        else:
            self.assertEqual(self.good(yaml).firmware.notes, [])
            again = self.fragment(yaml)
            self.assertEqual(again.patched(), patched, "what holds is left alone")
            self.assertEqual(again.text(), HEAD.format("sample.cfg") + "# Nothing is to be changed.\n")
        return text

    def test_nothing_to_change(self):
        self.write_cfg()
        fragment = self.fragment()
        self.assertEqual(fragment.text(), HEAD.format("sample.cfg") + "# Nothing is to be changed.\n")
        self.assertEqual(fragment.patched(), CFG)

    def test_a_core_elsewhere(self):
        self.assertEqual(self.settles(CFG, MOVED), HEAD.format("sample.cfg") + f"""
# In the section of SCMI_AGENT2 "AP-NS", domain 3
# instead of line {line('DDR     EXEC, begin=0x8E')} (DDR EXEC begin=0x8E000000 end=0x87FFFFFFF)
DDR perm=full, begin=0x08e000000, end=0x0bfffffff
DDR perm=full, begin=0x0c4000000, end=0x87fffffff

# In the section of LM1 "M7", domain 4
DDR perm=full, begin=0x0c0000000, end=0x0c3ffffff
DDR perm=full, begin=0x0c8000000, end=0x0c81fffff
""")

    def test_where_the_lines_go(self):
        self.write_cfg()
        patched = self.fragment(MOVED).patched().split("\n")
        old = CFG.split("\n")
        at = patched.index("DDR perm=full, begin=0x0c0000000, end=0x0c3ffffff")
        self.assertEqual(patched[at - 1], "DDR     EXEC, begin=0x80000000, size=160M")
        at = patched.index("DDR perm=full, begin=0x08e000000, end=0x0bfffffff")
        self.assertEqual(patched[at - 1], "# DDR     EXEC, begin=0x8E000000, end=0x87FFFFFFF")
        self.assertEqual([l for l in patched if l in old], [l for l in old if not l.startswith(
            "DDR     EXEC, begin=0x8E")])

    def test_a_core_in_a_guests_memory(self):
        text = self.settles(CFG.replace("begin=0x80000000, size=160M",
                                        "begin=0x80000000, end=0xBFFFFFFF, nodbg"))
        self.assertIn("""
# In the section of LM1 "M7", domain 4
# instead of line 38 (DDR EXEC begin=0x80000000 end=0xBFFFFFFF nodbg)
DDR perm=full, begin=0x080000000, end=0x089ffffff, nodbg
DDR perm=full, begin=0x08e000000, end=0x08fffffff
DDR perm=full, begin=0x0b0000000, end=0x0bfffffff
""".replace("line 38", f"line {line('DDR     EXEC, begin=0x80')}"), text)

    def test_a_region_of_which_nothing_is_left(self):
        text = self.settles(CFG.replace("size=160M\n", "size=160M\nDDR EXEC, begin=0xA0000000, size=16M, "
                                        "nodbg\n"))
        self.assertEqual(text, HEAD.format("sample.cfg") + f"""
# In the section of LM1 "M7", domain 4
# instead of line {line('DDR     EXEC, begin=0x80') + 1} (DDR EXEC begin=0xA0000000 size=16M nodbg)
""")

    def test_what_else_a_line_says_is_kept(self):
        """A core's memory that is shared as well is no conflict, but can be made its own."""
        self.write_cfg()
        yaml = YAML.replace("0x80000000, size: 128M", "0x89000000, size: 1M")
        self.assertIn(f"# instead of line {line('DDR     EXEC, begin=0x88')} (DDR EXEC begin=0x88000000 "
                      "end=0x89FFFFFF clr=8)\n"
                      "DDR perm=full, begin=0x088000000, end=0x088ffffff, clr=8\n"
                      "DDR perm=full, begin=0x089100000, end=0x089ffffff\n", self.fragment(yaml).text())
        self.write_cfg(self.fragment(yaml).patched())
        self.good(yaml)

    def test_memory_that_application_cores_do_not_have(self):
        self.settles(CFG.replace("begin=0x8E000000, end=0x87FFFFFFF", "begin=0x8E000000, end=0xA7FFFFFF"))
        self.settles(CFG.replace("DDR     EXEC, begin=0x8E000000", "DDR perm=ro, begin=0x8E000000"))

    def test_rights(self):
        manage = YAML.replace("machine: m7\n", "machine: m7\n    mode: manage\n    vector: 0\n")
        self.assertIn(f"# instead of line {line('LMM_1')} (LMM_1 NOTIFY)\nLMM_1 api=all\n",
                      self.settles(CFG, manage))
        self.assertIn("\nLMM_1 api=notify\n", self.settles(CFG.replace("LMM_1   NOTIFY\n", "")))

    def test_streams(self):
        for old, new in (("USDHC2  OWNER, sid=2", "USDHC2 OWNER"), ("sid=2", "sid=9"),
                         ("sid=2", "sid=2, mdid=4")):
            self.assertIn("\nUSDHC2 perm=rw, api=all, kpa=0, sid=0x2\n",
                          self.settles(CFG.replace(old, new)))
        text = CFG.replace("USDHC2  OWNER, sid=2\n", "").replace(
            "A55P    OWNER", "USDHC2 OWNER, perm=rw, sid=2\nA55P    OWNER")
        self.settles(text)

    def test_devices(self):
        self.assertIn("\nLPUART5 perm=rw, api=all\n", self.settles(CFG.replace("LPUART5 OWNER\n", "")))
        self.assertIn(" (LPUART5 OWNER)\n", self.settles(
            CFG.replace("M7P     OWNER", "LPUART5 OWNER\nM7P     OWNER")))
        self.settles(CFG.replace("SMMU    OWNER\n", ""))
        self.assertIn("\nLPUART5 perm=rw, api=all\n", self.settles(CFG.replace("LPUART5 OWNER\n", "").replace(
            "A55P    OWNER", "LPUART5 OWNER\nA55P    OWNER")))

    def test_what_no_line_settles(self):
        self.settles(CFG, YAML.replace("0xd0000000, size: 16M", "0x8a000000, size: 16M"), left=[
            "10: memory.rtos takes 0x8a000000-0x8affffff, which sample leaves to the secure world "
            f"(sample.cfg:{line('DDR     EXEC, begin=0x8A')}); guests may have 0xa0000000-0x27fffffff"])
        self.settles(CFG.replace("MIMX95", "MIMX94"), left=[
            "4: firmware.cfg is sample.cfg, which is for MIMX94, not for MIMX95; give the one of this "
            "board"])

    def test_one_machine_for_both(self):
        text = CFG.replace("M7P     OWNER  # cores come first\n", "").replace(
            "A55P    OWNER", "M7P OWNER\nA55P    OWNER")
        self.write_cfg(text)
        self.assertEqual([p.rule[:34] for p in self.fragment().left], ["gives M7P to domain 3 (sample.cfg:"])

    def test_without_a_file(self):
        """All lines of DDR, by what the board knows of that name."""
        yaml = IMX95.replace("0x80000000, size: 128M", "0xc0000000, size: 64M")
        fragment = self.fragment(yaml)
        self.assertEqual(fragment.text(), HEAD.format("mx95evk.cfg") + """
# In the section of the Non-secure agent, domain 3
# instead of its lines of DDR
DDR perm=full, begin=0x088000000, end=0x089ffffff
DDR perm=full, begin=0x08e000000, end=0x0bfffffff
DDR perm=full, begin=0x0c4000000, end=0x87fffffff

# In the section of the LM of m7, domain 4
# instead of its lines of DDR
DDR perm=full, begin=0x080000000, end=0x089ffffff
DDR perm=full, begin=0x0c0000000, end=0x0c3ffffff
""")
        self.assertEqual(fragment.left, [])
        manage = yaml.replace("machine: m7\n", "machine: m7\n    mode: manage\n    vector: 0\n")
        self.assertIn("\nLMM_1 api=all\n", self.fragment(manage).text())
        self.assertEqual(self.fragment(manage).left, [])

    def test_the_map_that_the_stock_configuration_refuses(self):
        """All of it but the hypervisor's own place and the secure world's."""
        (self.dir / "x.yaml").write_text(ORIGIN)
        fragment = compiler.fragment(str(self.dir / "x.yaml"), BOARDS)
        self.assertEqual([(p.key, p.rule[:33]) for p in fragment.left], [
            ("memory.linux_a55", "overlaps the hypervisor in PA 0x9"),
            ("memory.linux_a55", "takes 0x8a000000-0x8dffffff, whic")])

    def run_tool(self, yaml, *args):
        (self.dir / "x.yaml").write_text(yaml)
        return subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "haven-config"), "x.yaml",
                               "--check", "--no-images", *args], cwd=self.dir, text=True,
                              capture_output=True)

    def test_the_command(self):
        self.write_cfg()
        done = self.run_tool(MOVED, "--sm-fragment", "f.txt", "--sm-patched", "new.cfg")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("DDR perm=full, begin=0x0c0000000, end=0x0c3ffffff",
                      (self.dir / "f.txt").read_text())
        done = self.run_tool(MOVED.replace("sample\n  cfg: sample.cfg", "new"), "--sm-cfg", "new.cfg")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_command_tells_what_is_left(self):
        self.write_cfg()
        done = self.run_tool(YAML.replace("0xd0000000, size: 16M", "0x8a000000, size: 16M"),
                             "--sm-fragment", "f.txt")
        self.assertIn("haven-config: no line of a .cfg settles this: x.yaml:10: memory.rtos takes "
                      "0x8a000000-0x8affffff, which sample leaves to the secure world", done.stderr)

    def test_the_command_without_what_it_needs(self):
        done = self.run_tool(IMX95, "--sm-patched", "new.cfg")
        self.assertEqual((done.returncode, done.stderr), (
            0, "haven-config: --sm-fragment needs a firmware, and --sm-patched its .cfg as well\n"))
        self.assertFalse((self.dir / "new.cfg").exists())


if __name__ == "__main__":
    unittest.main()
