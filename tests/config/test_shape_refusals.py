# SPDX-License-Identifier: Apache-2.0
"""What is refused for its shape: YAML itself, unknown keys, wrong kinds of values."""
import unittest

from support import GOOD, ConfigCase


class ShapeRefusals(ConfigCase):
    def change(self, old, new):
        self.assertIn(old, GOOD)
        return GOOD.replace(old, new, 1)

    def test_yaml_that_does_not_parse(self):
        self.assert_refused("target: qemu-virt\ncpus: {linux: [0\nmemory: 1 #!\n",
                            "the file is not valid YAML: ")

    def test_file_that_is_no_mapping(self):
        self.assertEqual(self.refusals("- 1\n"),
                         ["1: the file must be a mapping with target, cpus and memory"])
        self.assertEqual(self.refusals(""),
                         ["1: the file must be a mapping with target, cpus and memory"])

    def test_file_that_is_no_text(self):
        (self.dir / "x.yaml").write_bytes(b"\xff\xfe\x00")
        from haven_config import source
        from haven_config.problems import Refused
        with self.assertRaises(Refused):
            source.load(self.dir / "x.yaml")

    def test_key_written_twice(self):
        self.assert_refused(self.change("memory:\n", "target: other #!\nmemory:\n"),
                            "target is written twice; first in line 1")

    def test_nested_key_written_twice(self):
        self.assert_refused(self.change("memory:\n  linux:", "memory:\n  linux: {base: 0x1000, "
                                        "size: 4K}\n  linux: #!\n   ").replace(
                                            "linux: #!\n    {", "linux: #!\n    {"),
                            "memory.linux is written twice; first in line 6")

    def test_alias_that_contains_itself(self):
        self.assertIn("an alias that contains itself",
                      self.refusals("target: &a [*a]\n")[0])

    def test_python_objects_are_not_built(self):
        got = self.refusals(GOOD + "name: !!python/object/apply:os.getcwd []\n")
        self.assertEqual(len(got), 1)

    def test_key_that_is_no_word(self):
        self.assert_refused(GOOD + "timing:\n  7: {period: 1ms, budget: 1ms} #!\n",
                            "timing has the key 7; keys are words")

    def test_unknown_key_with_a_guess(self):
        self.assert_refused(GOOD + "interupts: {} #!\n",
                            "interupts is not a known key (did you mean interrupts?); known: cpus,")

    def test_unknown_key_of_a_region(self):
        self.assert_refused(self.change("size: 16M}", "sise: 16M, size: 16M} #!"),
                            "memory.rtos.sise is not a known key (did you mean size?); known: ")

    def test_unknown_key_of_a_region_in_a_list(self):
        self.assert_refused(self.change("rtos: {base: 0x80000000, size: 16M}",
                                        "rtos:\n  - {base: 0x80000000, sz: 4K, size: 16M} #!"),
                            "memory.rtos[0].sz is not a known key")

    def test_unknown_key_of_a_partition(self):
        self.assert_refused(self.change("{binary: rtos.bin}", "{binary: rtos.bin, cmd: x} #!"),
                            "partitions.rtos.cmd is not a known key (did you mean cmdline?)")

    def test_missing_key(self):
        self.assertEqual(self.refusals("target: qemu-virt\nmemory: {a: {base: 0, size: 1}}\n"),
                         ["1: the file lacks the key cpus"])

    def test_region_without_size(self):
        self.assert_refused(self.change(", size: 16M}", "} #!"), "memory.rtos lacks the key size")

    def test_region_without_base(self):
        self.assert_refused(self.change("{base: 0x80000000, size: 16M}", "{size: 16M} #!"),
                            "memory.rtos lacks the key base")

    def test_base_and_pa(self):
        self.assert_refused(
            self.change("{base: 0x80000000,", "{base: 0x80000000, pa: 0x80000000,").replace(
                "size: 16M}", "size: 16M} #!"), "memory.rtos.pa is given beside base")

    def test_size_that_is_none(self):
        self.assert_refused(self.change("size: 16M}", "size: lots} #!"),
                            'memory.rtos.size must be a size (bytes, or with K, M or G: 0x100000, '
                            '512M, 1 GB), at least 1, not "lots"')

    def test_size_zero(self):
        self.assert_refused(self.change("size: 16M}", "size: 0} #!"),
                            "memory.rtos.size must be a size")

    def test_size_zero_with_a_unit(self):
        self.assert_refused(self.change("size: 16M}", "size: 0M} #!"), "memory.rtos.size is 0")

    def test_negative_address(self):
        self.assert_refused(self.change("base: 0x80000000, size: 16M}",
                                        "base: -4096, size: 16M} #!"),
                            "memory.rtos.base must be an address")

    def test_address_of_65_bits(self):
        self.assert_refused(self.change("base: 0x80000000, size: 16M}",
                                        "base: 0x10000000000000000, size: 16M} #!"),
                            "memory.rtos.base must be an address")

    def test_truth_value_as_cpu(self):
        self.assert_refused(self.change("rtos: [2]", "rtos: [true] #!"),
                            "cpus.rtos[0] must be a CPU number, from 0, not true")

    def test_cpus_that_are_no_list(self):
        self.assert_refused(self.change("rtos: [2]", "rtos: two #!"),
                            "cpus.rtos must be a CPU number, from 0 or a list of at least one CPU "
                            'number, not "two"')

    def test_no_cpus(self):
        self.assert_refused(self.change("rtos: [2]", "rtos: [] #!"),
                            "cpus.rtos must be a list of at least one CPU number; it is empty")

    def test_access_of_unknown_kind(self):
        self.assert_refused(self.change("size: 16M}", "size: 16M, access: rxw} #!"),
                            'memory.rtos.access must be ro, rw, rx or rwx, not "rxw"')

    def test_executable_shared_memory(self):
        self.assert_refused(self.change("size: 1M}", "size: 1M, access: rwx} #!"),
                            "memory.shared.access must be ro or rw; shared memory is never "
                            "executable")

    def test_name_with_capitals(self):
        got = self.refusals(GOOD.replace("rtos:", "RTOS:"))
        self.assertIn("4: cpus.RTOS must be a name of up to 20 lower-case letters", got[0])

    def test_duration_without_unit(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 1000, budget: 1ms} #!\n",
                            "timing.rtos.period must be a time with its unit (500us, 10 ms), "
                            "not 1000")

    def test_fault_policy_with_a_guess(self):
        self.assert_refused(self.change("rtos.bin}", "rtos.bin, fault_policy: restrt} #!"),
                            "partitions.rtos.fault_policy must be inject, suspend, restart or "
                            'halt, not "restrt" (did you mean restart?)')

    def test_command_line_with_control_characters(self):
        self.assert_refused(self.change("rtos.bin}", 'rtos.bin, cmdline: "a\\0b"} #!'),
                            "partitions.rtos.cmdline must be one line of at most 2047 bytes")

    def test_empty_partition(self):
        self.assert_refused(self.change("rtos: {binary: rtos.bin}", "rtos: #!"),
                            "partitions.rtos must be a mapping of settings, not empty")

    def test_values_that_are_no_whole_numbers(self):
        for value in ("2.0", "1.0e+3", ".inf", "2001-01-01", "2001-99-99", "!!binary aGk=",
                      "!!float abc"):
            self.assert_refused(self.change("rtos: [2]", f"rtos: [{value}] #!"), "cpus.rtos[0] is ")
        self.assertIn("2.0 (!!float)", self.refusals(self.change("[2]", "[2.0]"))[0])

    def test_numbers_in_other_notations(self):
        for value in ("0100", "1:08:16", "0b1", "1_0", "+2", "!!int abc", "-0100"):
            self.assert_refused(self.change("rtos: [2]", f"rtos: [{value}] #!"),
                                f"cpus.rtos[0] is {value.split()[-1]}; write it in decimal or with "
                                "0x")
        self.assert_refused(self.change("rtos: [2]", "rtos: [" + "9" * 5000 + "] #!"),
                            "cpus.rtos[0] is " + "9" * 40 + "..., a number of more than 100 digits")
        self.assert_refused(self.change("rtos: [2]", "rtos: [-1] #!"), "cpus.rtos[0] must be a CPU")

    def test_sizes_in_other_notations(self):
        for value in ("08M", "16_M", "1__6M", "0X1000", "9" * 5000 + "M", '"16M\\n"'):
            self.assert_refused(self.change("size: 16M}", f"size: {value}}} #!"),
                                "memory.rtos.size must be a size")

    def test_final_newlines(self):
        self.assert_refused(self.change("target: qemu-virt", 'target: "qemu-virt\\n" #!'),
                            "target must be the name of a board")
        self.assert_refused(self.change("rtos.bin}", 'rtos.bin, doorbell: ["linux\\n"]} #!'),
                            "partitions.rtos.doorbell[0] must be a name")
        self.assert_refused(GOOD + 'timing:\n  rtos: {period: "1ms\\n", budget: 1ms} #!\n',
                            "timing.rtos.period must be a time")
        self.assert_refused(self.change("binary: rtos.bin}", 'binary: "rtos.bin\\0"} #!'),
                            "partitions.rtos.binary must be an image")

    def test_text_that_is_no_unicode(self):
        self.assert_refused(self.change("rtos.bin}", 'rtos.bin, cmdline: "\\ud800"} #!'),
                            "partitions.rtos.cmdline is \\ud800, which has half of a surrogate")

    def test_yaml_that_breaks_its_reader(self):
        for text in ("[" * 3000 + "]" * 3000, '"\\Uffffffff"', "a\0b", "!!bool abc", "!!null x",
                     "? [1]\n: 2\n", "!!set {a}", "%YAML " + "9" * 5000 + ".1\n--- a\n"):
            self.assertTrue(self.refusals(text), text[:20])
        self.assert_refused("target:\n " + "[" * 40 + "]" * 40 + " #!\n",
                            "the file is not valid YAML: it is nested more than 32 deep")

    def test_aliases_that_multiply(self):
        text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
        self.assertIn("it has more than 10000 values, counting each use of an alias",
                      self.refusals(text)[0])

    def test_merge_keys(self):
        self.assert_refused(self.change("{binary: rtos.bin}", "{<<: {binary: rtos.bin}} #!"),
                            "partitions.rtos has a merge key; merge keys (<<) are not supported")

    def test_names_that_the_console_could_not_tell_apart(self):
        self.assert_refused(GOOD.replace("rtos:", "haven:").replace("[2]", "[2] #!"),
                            "cpus.haven is not a name for a partition: on the console")
        text = GOOD.replace("linux:", "sixteen-letters-a:").replace("rtos:", "sixteen-letters-b:")
        self.assert_refused(text.replace("[2]", "[2] #!"), "cpus.sixteen-letters-b begins with the "
                            "same 16 characters as sixteen-letters-a")

    def test_all_problems_are_shown_in_order_of_lines(self):
        text = GOOD.replace("[2]", "[two]").replace("16M", "many") + "foo: 1\n"
        lines = [int(r.split(":")[0]) for r in self.refusals(text)]
        self.assertEqual(lines, [4, 7, 12])


if __name__ == "__main__":
    unittest.main()
