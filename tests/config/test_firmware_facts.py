# SPDX-License-Identifier: Apache-2.0
"""Facts about firmware that contradict each other: key and words."""
import unittest

from support import ConfigCase

from haven_config import board as boards
from haven_config.problems import Refused


class Facts(ConfigCase):
    def told(self, *changes):
        folder = self.board(*changes, name="imx95")
        with self.assertRaises(Refused) as caught:
            boards.load(folder, "imx95")
        return [f"{p.key} {p.rule}" for p in caught.exception.problems]

    def test_as_they_are(self):
        board = boards.load(self.board(name="imx95"), "imx95")
        self.assertEqual((board.manager.mu.base, board.manager.mu_irq, board.manager.apps),
                         (0x445b0000, 258, 3))

    def test_wait(self):
        for value in (0, 10_000_001):
            self.assertEqual(self.told(("reply_us: 5000", f"reply_us: {value}")),
                             [f"system_manager.reply_us is {value}, not 1 to 10000000"])

    def test_interrupt(self):
        self.assertEqual(self.told(("irq: 258", "irq: 416")),
                         ["system_manager.mu.irq is 416, which is not an SPI of the board"])

    def test_domains(self):
        self.assertIn("system_manager.domains has one number for two of them",
                      self.told(("m7: 4, ele", "m7: 3, ele")))

    def test_doorbells(self):
        for name in ("mu9", "usdhc1"):
            self.assertEqual(self.told(("doorbells: [mu7, mu8]", f"doorbells: [mu7, {name}]")),
                             [f"system_manager.machines.m7.doorbells names {name}, which is no device of "
                              "the board, or masters the bus"])

    def test_streams(self):
        self.assertEqual(self.told(("USDHC2: 0x02", "USDHC2: 0x2f")),
                         ["devices.usdhc2.dma has stream 0x2, but system_manager.streams has USDHC2 as 47"])
        self.assertEqual(self.told(("usdhc3: USDHC3, ", "")),
                         ["devices.usdhc3.dma has stream 0x3, but system_manager.streams has no name as "
                          "nothing"])
        self.assertIn("system_manager.streams has one number for two of them",
                      self.told(("NPU: 0x0d", "NPU: 0x20")))
        self.assertEqual(self.told(("own: [lpuart1", "own: [lpuart9")),
                         ["system_manager.own names lpuart9, which resources does not have"])

    def test_rights(self):
        for text in ("m7: some", "m8: all"):
            self.assertEqual(self.told(("rights: {m7: notify}", f"rights: {{{text}}}")),
                             [f"system_manager.configurations.mx95evk.rights has {text}; there are m7, and "
                              "none, get, notify, set, priv, exclusive, all"])

    def test_memory(self):
        key = "system_manager.configurations.mx95evkrpmsg.memory "
        region = "{base: 0xc0000000, size: 0x10000000, access: full}"
        for base, size, rule in (
                (0xc0001000, 0x10000000, "has 0xc0001000-0xd0000fff, which is no number of granules"),
                (0xc0000000, 0x1000, "has 0xc0000000-0xc0000fff, which is no number of granules"),
                (0x880000000, 0x4000, "has 0x880000000-0x880003fff, which no checker guards"),
                (0x89ffc000, 0x8000, "gives domain 4 0x89ffc000-0x89ffffff twice")):
            self.assertEqual(self.told((region, f"{{base: 0x{base:x}, size: 0x{size:x}, access: full}}")),
                             [key + rule])

    def test_missing(self):
        told = self.told(("  reply_us: 5000", "  reply_ms: 5"))
        self.assertEqual(told, ["the file lacks a fact: 'reply_us'"])
        told = self.told(("access: sec_rwx", "access: secret"))
        self.assertEqual(told, ["the file lacks a fact: 'secret'"])


if __name__ == "__main__":
    unittest.main()
