# SPDX-License-Identifier: Apache-2.0
"""tools/haven-journal. Records are built byte by byte: the layout is the format."""
import json
import struct
import tempfile
import unittest
import zlib
from pathlib import Path

from support import TOOLS, load, run

JOURNAL = TOOLS / "haven-journal"
MAGIC = b"HVJ\x01"


def record(seq, *, t=0, cpu=0, partition=1, kind=4, verdict=1, esr=0x92000046, far=0, ipa=0, detail=0, pc=0):
    raw = MAGIC + struct.pack("<IQHHBBHQQQQI", seq, t, cpu, partition, kind, verdict, 0, esr, far, ipa, detail, pc)
    return raw + struct.pack("<I", zlib.crc32(raw))


def ring(capacity, following, records):
    head = MAGIC + struct.pack("<I", capacity)
    head += struct.pack("<II", following, zlib.crc32(head)) + bytes(48)
    slots = [bytes(64)] * capacity
    for seq, raw in records:
        slots[seq % capacity] = raw
    return head + b"".join(slots)


class JournalTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "input"

    def memory(self, data, *options):
        self.file.write_bytes(data)
        result = run(JOURNAL, "--memory", self.file, "--json", *options)
        return result.returncode, json.loads(result.stdout)

    def console(self, text):
        self.file.write_text(text)
        result = run(JOURNAL, "--console", self.file, "--json")
        return result.returncode, json.loads(result.stdout)

    def test_every_field(self):
        raw = record(1, t=77, cpu=3, partition=2, kind=5, verdict=6, esr=0x93c08007,
                     far=0xffff000000001234, ipa=0x9001234, detail=0xdeadbeefcafe, pc=0x80001000)
        status, out = self.memory(ring(4, 2, [(1, raw)]))
        self.assertEqual(status, 0)
        got = out["records"][0]
        meaning = got.pop("meaning")
        self.assertEqual(got, {
            "seq": 1, "t": 77, "cpu": 3, "partition": 2, "kind": "mmio", "verdict": "deny",
            "esr": 0x93c08007, "far": 0xffff000000001234, "ipa": 0x9001234,
            "detail": 0xdeadbeefcafe, "pc": 0x80001000})
        self.assertIn("data abort from a lower level", meaning)

    def test_empty_ring(self):
        self.assertEqual(self.memory(ring(4, 1, [])), (0, {"records": [], "notes": [], "damaged": 0}))

    def test_full_ring_keeps_the_newest(self):
        status, out = self.memory(ring(4, 7, [(n, record(n, t=n)) for n in (3, 4, 5, 6)]))
        self.assertEqual(status, 0)
        self.assertEqual([r["seq"] for r in out["records"]], [3, 4, 5, 6])
        self.assertEqual(out["notes"], ["cpu 0: 2 records before 3 are overwritten or not here"])

    def test_damaged_record_is_reported_and_left_out(self):
        bad = bytearray(record(2, t=2))
        bad[40] ^= 0x10
        status, out = self.memory(ring(4, 4, [(1, record(1, t=1)), (2, bytes(bad)), (3, record(3, t=3))]))
        self.assertEqual(status, 2)
        self.assertEqual([r["seq"] for r in out["records"]], [1, 3])
        self.assertEqual(out["notes"], ["ring at 0x0: record 2 is damaged",
                                        "cpu 0: 1 records missing between 1 and 3"])

    def test_stale_record_in_a_slot_is_not_taken(self):
        status, out = self.memory(ring(4, 6, [(2, record(2)), (3, record(3)), (4, record(4)), (5, record(1))]))
        self.assertEqual(status, 2)
        self.assertIn("ring at 0x0: record 5 is damaged", out["notes"])

    def test_header_that_is_noise(self):
        data = bytearray(ring(4, 2, [(1, record(1))]))
        data[4] = 8
        self.assertEqual(self.memory(bytes(data))[0], 2)

    def test_ring_beyond_the_dump(self):
        status, out = self.memory(ring(4, 2, [(1, record(1))])[:-1], "--stride", "0x1000")
        self.assertEqual(status, 2)
        self.assertIn("beyond the dump", out["notes"][0])

    def test_several_rings_in_order_of_time(self):
        first = ring(2, 3, [(1, record(1, t=10)), (2, record(2, t=30))])
        second = ring(2, 2, [(1, record(1, t=20, cpu=1))])
        for data, options in ((first + second, ()),
                              (first.ljust(0x200, b"\0") + second, ("--stride", "0x200"))):
            status, out = self.memory(data, *options)
            self.assertEqual(status, 0)
            self.assertEqual([(r["cpu"], r["t"]) for r in out["records"]], [(0, 10), (1, 20), (0, 30)])
            self.assertEqual(out["notes"], [])

    def test_sequence_wraps(self):
        # Sequence 0 follows 0xffffffff.
        status, out = self.memory(ring(4, 2, [(0xffffffff, record(0xffffffff)), (0, record(0)), (1, record(1))]))
        self.assertEqual([r["seq"] for r in out["records"]], [0xffffffff, 0, 1])
        self.assertEqual(status, 0)

    def test_a_reset_sets_the_counter_back(self):
        status, out = self.memory(ring(4, 4, [(1, record(1, t=500)), (2, record(2, t=3)), (3, record(3, t=9))]))
        self.assertEqual([r["seq"] for r in out["records"]], [1, 2, 3])
        self.assertEqual((status, out["notes"]), (0, []))

    def test_console_lines_behind_colours_and_prefixes(self):
        status, out = self.console(
            "[linux] hello\r\n"
            "\x1b[36m[haven]\x1b[0m journal seq=1 cpu=2 partition=1 kind=s2-fault verdict=inject "
            "esr=0x92000046 far=0x1000 ipa=0x80000000 detail=0x0 pc=0x50001234 t=0x63\r\n"
            "haven: journal seq=4 cpu=2 partition=1 kind=7 verdict=6 "
            "esr=0x5e000000 far=0x0 ipa=0x0 detail=0x84000050 pc=0x0 t=100\r\n")
        self.assertEqual(status, 0)
        first, second = out["records"]
        self.assertEqual((first["kind"], first["verdict"], first["ipa"], first["t"]),
                         ("s2-fault", "inject", 0x80000000, 99))
        self.assertEqual((second["kind"], second["verdict"], second["detail"]), ("smc", "deny", 0x84000050))
        self.assertEqual(out["notes"], ["cpu 2: 2 records missing between 1 and 4"])

    def test_a_guest_cannot_write_records(self):
        line = ("journal seq=1 cpu=0 partition=1 kind=stop verdict=halt "
                "esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0 t=1\r\n")
        for prefix in ("[linux] ", "[linux] haven: ", "", "\x1b[36m[linux]\x1b[0m [haven] "):
            self.assertEqual(self.console(prefix + line)[1]["records"], [], prefix)
        self.assertEqual(len(self.console("[haven] " + line)[1]["records"]), 1)

    def test_torn_console_line(self):
        status, out = self.console("haven: journal seq=1 cpu=2 partit\n")
        self.assertEqual(status, 2)
        self.assertEqual((out["records"], out["damaged"]), ([], 1))

    def test_text_form(self):
        self.file.write_bytes(ring(2, 2, [(1, record(1, t=62500000, ipa=0x80000000, pc=0x1234))]))
        result = run(JOURNAL, "--memory", self.file, "--frequency", "62500000")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^ +1\.000000 s  cpu 0  #1 +partition 1  s2-fault +inject +"
                                        r"ipa 0x80000000 pc 0x1234 esr 0x92000046  \(data abort")

    def test_missing_file(self):
        result = run(JOURNAL, "--memory", self.file)
        self.assertEqual(result.returncode, 1)
        self.assertIn("haven-journal:", result.stderr)


class DescribeTest(unittest.TestCase):
    """Syndromes worked out by hand from the Arm ARM's field layout."""

    def test_words(self):
        describe = load("haven-journal").describe
        for esr, words in (
                (0, ""),
                (0x92000046, "data abort from a lower level, translation fault, level 2, write"),
                (0x9200000f, "data abort from a lower level, permission fault, level 3, read"),
                (0x93c08007, "data abort from a lower level, translation fault, level 3, read, 8 bytes, register 0"),
                (0x92000087, "data abort from a lower level, translation fault, level 3, "
                             "during the guest's own table walk"),
                (0x8200000e, "instruction abort from a lower level, permission fault, level 2"),
                (0x92000010, "data abort from a lower level, external abort, read"),
                (0x92000061, "data abort from a lower level, alignment fault, write"),
                (0x5a000012, "HVC, immediate 0x12"),
                (0x5e000000, "SMC, immediate 0x0"),
                (0x04000000, "trapped WFI or WFE"),
                # MSR ACTLR_EL1 (3,0,c1,c0,1), X0: op0 3, op2 1, op1 0, CRn 1, Rt 0, CRm 0, write
                (0x62320400, "trapped system register access, write to S3_0_C1_C0_1"),
                # MRS X5, ID_AA64PFR0_EL1 (3,0,c0,c4,0)
                (0x623000a9, "trapped system register access, read of S3_0_C0_C4_0"),
                (0xf6000000, "exception class 0x3d")):
            self.assertEqual(describe(esr), words, hex(esr))

    def test_dma(self):
        """Event numbers of Arm IHI 0070, 7.3; flags of journal.h: 0x100 read, 0x200 write,
        0x400 stage 2, 0x800 cut off, 0x1000 events lost, 0x2000 SMMU_GERROR."""
        journal = load("haven-journal")
        for esr, detail, far, words in (
                (0x610, 0x18, 0x50000000, "stream 0x18 F_TRANSLATION write, iova 0x50000000, stage 2"),
                (0x513, 0x20, 0x1000, "stream 0x20 F_PERMISSION read, iova 0x1000, stage 2"),
                (0xe10, 0x20, 0x0, "stream 0x20 F_TRANSLATION write, iova 0x0, stage 2, stream cut off"),
                (0x004, 0xff00, 0x0, "stream 0xff00 C_BAD_STE"),
                (0x1fe, 0x1, 0x8, "stream 0x1 event 0xfe read, iova 0x8"),
                (0x1000, 0, 0, "events were lost, their queue was full"),
                (0x2000, 0x5, 0, "SMMU error: CMDQ_ERR, EVENTQ_ABT_ERR"),
                (0x2000, 0x1000, 0, "SMMU error: 0x1000")):
            one = journal.parse_record(record(1, kind=13, verdict=0, esr=esr, far=far, detail=detail))
            self.assertEqual(journal.meaning(one), words, hex(esr))

    def test_mcu(self):
        """Flags of journal.h: 1 boot, 2 shutdown, 0x100 unasked, 0x200 reasons known."""
        journal = load("haven-journal")
        for esr, far, ipa, words in (
                (0x001, 0, 0, "machine 1 boot by machine 2"),
                (0x102, 0, 0, "machine 1 shutdown by machine 2, unasked"),
                (0x303, 0x92800301, 0, "machine 1 boot and shutdown by machine 2, unasked, "
                 "last boot: reason 0x1 by machine 2 error 3, last end: not told"),
                (0x902, 0, 0, "machine 1 shutdown by machine 2, unasked, its event was lost"),
                (0x401, 0xfffffffd, 0, "machine 1 boot asked for in vain, SCMI status -3"),
                (0x402, 0xfffffff9, 0, "machine 1 shutdown asked for in vain, SCMI status -7")):
            one = journal.parse_record(record(1, kind=16, verdict=0, esr=esr, far=far, ipa=ipa,
                                              detail=0x200000001))
            self.assertEqual(journal.meaning(one), words, hex(esr))

    def test_scmi(self):
        """esr is the header of the request (message 7:0, protocol 17:10), detail its status."""
        journal = load("haven-journal")
        for esr, status, words in (
                (0x2041405, -3, "protocol 0x05 message 0x05, denied"),
                (0x5007, -1, "protocol 0x14 message 0x07, not supported"),
                (0x24000, -10, "protocol 0x90 message 0x00, no request"),
                (0x5007, -128, "protocol 0x14 message 0x07, status -128")):
            one = journal.parse_record(record(1, kind=17, verdict=6, esr=esr,
                                              detail=status & (1 << 64) - 1))
            self.assertEqual(journal.meaning(one), words, hex(esr))


if __name__ == "__main__":
    unittest.main()
