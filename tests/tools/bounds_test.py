#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""haven-bounds on small images, each with one thing that it must see."""
import functools
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TOOLS, run

CROSS = next(filter(None, (shutil.which(f"{prefix}-gcc") for prefix in (
    "aarch64-none-elf", "aarch64-linux-gnu", "aarch64-elf", "aarch64-unknown-linux-gnu"))), None)
MODULES = subprocess.run(["/usr/bin/python3", "-c", "import capstone, elftools, yaml"],
                         capture_output=True, check=False).returncode == 0
if MODULES:
    from haven_bounds import Refused
    from haven_bounds.check import check
    from haven_bounds.report import finding_text
    from haven_bounds.source import Loops
    from haven_bounds.table import Table

FLAGS = ["-O2", "-g", "-ffreestanding", "-fno-builtin", "-mgeneral-regs-only", "-mno-outline-atomics",
         "-fno-asynchronous-unwind-tables", "-fno-stack-protector", "-nostdlib", "-static",
         "-Wl,--build-id=none,-e,start"]
STACK = "struct stack {{ char guard[{guard}]; char bytes[{size}]; }};\nstruct stack stacks[2];\n"
TABLE = """
entries: [{at: start, stack: cpu}]
stacks: {cpu: {variable: stacks, member: bytes, guard: guard, margin: 64}}
"""


@functools.lru_cache
def stack_object(size=1024, guard=4096):
    folder = Path(tempfile.mkdtemp(prefix="haven-bounds-stack-"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    (folder / "stack.c").write_text(STACK.format(size=size, guard=guard))
    subprocess.run([CROSS, *FLAGS, "-c", "-o", folder / "stack.o", folder / "stack.c"], check=True)
    return folder / "stack.o"


def function(name, body):
    return (f"\t.text\n\t.global {name}\n\t.type {name}, %function\n{name}:\n{body}\n"
            f"\t.size {name}, . - {name}\n")


def call(name, body="", frame=16):
    """A function that keeps its frame while it calls others."""
    return function(name, f"\tstp x29, x30, [sp, #-{frame}]!\n{body}\n\tldp x29, x30, [sp], #{frame}\n\tret")


class Sample(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="haven-bounds-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def build(self, assembly="", c="", flags=(), files=None, **stack):
        """@c has to define start() unless @assembly does."""
        sources = [stack_object(**stack)]
        for name, text in {"code.S": assembly, "code.c": c, **(files or {})}.items():
            if text:
                (self.folder / name).write_text(text)
                sources += [self.folder / name] if name.endswith((".c", ".S")) else []
        elf = self.folder / "sample.elf"
        subprocess.run([CROSS, *FLAGS, *flags, "-o", elf, *sources], check=True)
        return elf

    def table(self, text=TABLE):
        path = self.folder / "table.yaml"
        path.write_text(text)
        return path

    def check(self, *code, table=TABLE, **more):
        elf = self.build(*code, **more)
        self.result, lines = check(str(elf), Table(self.table(table)))
        return [finding_text(finding, lines) for finding in self.result.findings]

    def refused(self, kind, text, *code, **more):
        """There is one finding, of this kind, with this text."""
        found = self.check(*code, **more)
        self.assertEqual(len(found), 1, found)
        self.assertIn(f"{kind}: ", found[0])
        self.assertIn(text, found[0])
        return found[0]

    def depth(self):
        return max(use.deepest.depth for use in self.result.stacks["cpu"].uses)


@unittest.skipUnless(CROSS and MODULES, "no cross compiler, or not the modules of tools/install-deps")
class Calls(Sample):
    def test_plain_image(self):
        code = call("start", "\tbl f") + call("f", "\tbl g", 48) + function("g", "\tret")
        self.assertEqual(self.check(code), [])
        self.assertEqual(self.depth(), 16 + 48)
        self.assertEqual(self.result.stacks["cpu"].uses[0].deepest.path, (("start", 16), ("f", 48)))

    def test_direct_recursion(self):
        self.refused("recursion", "f -> f", call("start", "\tbl f") + call("f", "\tcbz x0, 1f\n\tbl f\n1:"))

    def test_mutual_recursion(self):
        self.refused("recursion", "f -> g -> h -> f", call("start", "\tbl f") + call("f", "\tbl g") +
                     call("g", "\tbl h") + call("h", "\tcbz x0, 1f\n\tbl f\n1:"))

    def test_recursion_by_tail_calls(self):
        self.refused("recursion", "f -> g -> f", call("start", "\tbl f") +
                     function("f", "\tcbz x0, 1f\n\tb g\n1:\tret") + function("g", "\tb f"))

    def test_recursion_that_no_entry_reaches(self):
        self.refused("recursion", "f -> f", call("start") + call("f", "\tcbz x0, 1f\n\tbl f\n1:"))

    def test_recursion_in_c(self):
        self.refused("recursion", "f -> f", c="""
            __attribute__((noinline)) static int f(volatile int *x) { return *x ? f(x + 1) + *x : 0; }
            int start(volatile int *x); int start(volatile int *x) { return f(x) + 1; }""")

    def test_indirect_call(self):
        self.refused("indirect", "'blr x0'", call("start", "\tblr x0"))

    def test_indirect_jump(self):
        self.refused("indirect", "'br x1'", function("start", "\tbr x1"))

    def test_return_by_another_register(self):
        self.refused("indirect", "'ret x1'", function("start", "\tret x1"))

    def test_exception_return(self):
        self.refused("indirect", "'eret'", function("start", "\teret"))
        self.assertEqual(self.check(function("start", "\teret"), table=TABLE + "eret: [start]\n"), [])
        self.refused("table", "start: listed under eret", function("start", "\tret"),
                     table=TABLE + "eret: [start]\n")

    def test_listed_indirect_call(self):
        table = TABLE + "indirect: {start: [f]}\n"
        self.assertEqual(self.check(call("start", "\tblr x0") + call("f", frame=80), table=table), [])
        self.assertEqual(self.depth(), 16 + 80)

    def test_recursion_by_a_listed_call(self):
        self.refused("recursion", "start -> f -> start", call("start", "\tblr x0") + call("f", "\tbl start"),
                     table=TABLE + "indirect: {start: [f]}\n")

    def test_rows_that_do_not_fit(self):
        code = call("start", "\tbl f") + call("f")
        self.refused("table", "f: listed under indirect", code, table=TABLE + "indirect: {f: [start]}\n")
        self.refused("table", "f: listed under fp", code, table=TABLE + "fp: [f]\n")
        self.refused("table", "f: listed under switches", code, table=TABLE + "switches: {f: cpu}\n")
        self.refused("table", "none: listed, but not in the image", code, table=TABLE + "fp: [none]\n")

    def test_jump_into_a_function(self):
        self.refused("flow", "where no function begins",
                     function("start", "\tb f + 4") + function("f", "\tnop\n\tret"))

    def test_end_without_return(self):
        self.refused("flow", "runs out of the function", function("start", "\tnop"))

    def test_runs_into_data(self):
        self.refused("flow", "runs out of the function", function("start", "\tnop\n\t.word 0x1234"))

    def test_behind_a_call_that_never_returns(self):
        off = function("off", "1:\twfi\n\tb 1b /* bound: none */")
        self.assertEqual(self.check(function("start", "\tbl off") + off), [])

    def test_unknown_instruction(self):
        self.refused("flow", "does not know", function("start", "\t.inst 0xffffffff\n\tret"), table=TABLE +
                     "fp: [start]\n")


@unittest.skipUnless(CROSS and MODULES, "no cross compiler, or not the modules of tools/install-deps")
class Stack(Sample):
    def test_limit_and_one_step_more(self):
        start = call("start", "\tsub sp, sp, #912\n\tbl f\n\tadd sp, sp, #912")
        self.assertEqual(self.check(start + call("f", frame=32)), [])
        self.assertEqual(self.depth(), 1024 - 64)
        self.refused("stack", "976 bytes of 1024, and 64 must stay free: start 928 > f 48",
                     start + call("f", frame=48))

    def test_every_way_to_move_sp(self):
        self.assertEqual(self.check(function("start", """
            str x0, [sp, #-16]!
            stp x0, x1, [sp, #-32]!
            sub sp, sp, #0x40
            sub sp, sp, #1, lsl #12
            ldr x0, [sp, #8]
            add x1, sp, #16
            mov x2, sp
            add sp, sp, #1, lsl #12
            add sp, sp, #0x40
            ldp x0, x1, [sp], #32
            ldr x0, [sp], #16
            ret"""), size=8192), [])
        self.assertEqual(self.depth(), 16 + 32 + 64 + 4096)

    def test_alloca(self):
        found = self.check(c="""
            void use(char *); void use(char *p) { *(volatile char *)p = 1; }
            void start(unsigned long n); void start(unsigned long n) { use(__builtin_alloca(n)); }""",
                           flags=["-fno-inline"])
        self.assertTrue(any("stack: start" in f and "size of the stack frame unknown" in f for f in found))

    def test_array_of_variable_length(self):
        found = self.check(c="""
            void use(char *); void use(char *p) { *(volatile char *)p = 1; }
            void start(unsigned long n); void start(unsigned long n) { char bytes[n]; use(bytes); }""",
                           flags=["-fno-inline"])
        self.assertTrue(any("stack: start" in f and "unknown" in f for f in found))

    def test_sp_from_a_register(self):
        for move in ("sub sp, sp, x0", "mov sp, x0", "and sp, x0, #0xfffffffffffffff0",
                     "msr spsel, #0"):
            self.refused("stack", "unknown", function("start", f"\t{move}\n\tret"))

    ALIGNED = """
            stp x29, x30, [sp, #-32]!
            sub x9, sp, #0x60
            str x19, [sp, #16]
            mov x29, sp
            and sp, x9, #0xffffffffffffffc0
            {}
            mov sp, x29
            ldr x19, [sp, #16]
            ldp x29, x30, [sp], #32
            ret"""

    def test_frame_that_is_aligned_at_run_time(self):
        """32 and 96 bytes, and up to 48 more until SP is a multiple of 64."""
        code = function("start", self.ALIGNED) + call("f", frame=32)
        for inside in ("bl f", "ldr x8, [x29, #24]", "str x29, [sp]", "mov x9, sp"):
            with self.subTest(inside):
                self.assertEqual(self.check(code.format(inside)), [])
                self.assertEqual(self.depth(), 32 + 96 + 48 + (32 if inside == "bl f" else 0))

    def test_register_that_no_longer_holds_it(self):
        for inside in ("mov x29, x0", "ldp x8, x29, [sp]", "ldr x8, [x29], #8",
                       "cbz x0, 1f\n\tadd x29, x29, #16\n1:",
                       "ldr x29, [x0]", "stxr w29, x0, [x1]", "bl f\n\tmov sp, x9"):
            with self.subTest(inside):
                found = self.check(function("start", self.ALIGNED.format(inside)) + call("f"))
                self.assertTrue(any("unknown" in f or "leaves with" in f for f in found), found)

    def test_paths_that_disagree(self):
        found = self.check(function("start", "\tcbz x0, 1f\n\tsub sp, sp, #16\n1:\tret"))
        self.assertTrue(any("is reached with" in f for f in found), found)

    def test_growth_in_a_loop(self):
        found = self.check(function("start", "1:\tsub sp, sp, #16 /* bound: 4 */\n\tcbnz x0, 1b\n\tret"))
        self.assertTrue(any("is reached with" in f for f in found), found)

    def test_return_with_a_frame(self):
        self.refused("stack", "leaves with 16 bytes", function("start", "\tsub sp, sp, #16\n\tret"))

    def test_tail_call_with_a_frame(self):
        self.refused("stack", "branches to a function with 16 bytes",
                     function("start", "\tsub sp, sp, #16\n\tb f") + function("f", "\tret"))

    def test_above_the_entry(self):
        found = self.check(function("start", "\tadd sp, sp, #16\n\tsub sp, sp, #16\n\tret"))
        self.assertTrue(any("raises SP above" in f for f in found), found)

    def test_below_sp(self):
        self.refused("stack", "reach below", function("start", "\tstr x0, [sp, #-8]\n\tret"))

    def test_no_stack_yet(self):
        without = TABLE.replace(", stack: cpu", "")
        self.refused("stack", "uses 16 bytes of a stack before it has one", call("start"), table=without)
        self.assertEqual(self.check(function("start", "\tret"), table=without), [])

    def test_stack_that_is_left_behind(self):
        """The cycle goes over a fresh stack: no recursion, and nothing adds up."""
        table = TABLE + "switches: {anew: cpu}\n"
        code = (call("start", "\tbl anew", 64) + function("anew", "\tmov sp, x0\n\tb loop") +
                call("loop", "\tbl anew", 96))
        self.assertEqual(self.check(code, table=table), [])
        self.assertEqual(self.depth(), 96)
        found = self.check(code.replace("\tb loop", "\tbl loop\n\tret"), table=table)
        self.assertFalse(any("recursion" in f for f in found), found)
        self.refused("stack", "returns from a stack that it has changed",
                     function("start", "\tmov sp, x0\n\tret"), table=TABLE + "switches: {start: cpu}\n")

    def test_guard_of_less_than_a_page(self):
        with self.assertRaisesRegex(Refused, "guard"):
            self.check(call("start"), guard=2048)


@unittest.skipUnless(CROSS and MODULES, "no cross compiler, or not the modules of tools/install-deps")
class FloatingPoint(Sample):
    def test_each_class_of_instruction(self):
        for line in ("fadd d0, d1, d2", "movi v0.2d, #0", "ldr q0, [x0]", "stp d0, d1, [x0]",
                     "ld1 {v0.16b}, [x0]",
                     "fmov x0, d0", "scvtf s0, w0", "msr fpcr, x0", "mrs x0, fpsr", "aese v0.16b, v1.16b",
                     "ldr s0, 1f\n1:"):
            with self.subTest(line):
                self.refused("fp", "start", function("start", f"\t.arch armv8-a+crypto\n\t{line}\n\tret"))

    def test_named_function(self):
        self.assertEqual(self.check(function("start", "\t.arch_extension fp\n\tmovi v0.2d, #0\n\tret"),
                                    table=TABLE + "fp: [start]\n"), [])
        self.assertEqual(self.result.fp, ["start"])

    def test_general_registers_alone(self):
        self.assertEqual(self.check(function("start", """
            .arch armv8-a+crc
            crc32x w0, w1, x2
            mul x0, x1, x2
            ldp x1, x2, [x3]
            ldaxr x1, [x3]
            mrs x0, ctr_el0
            dc cvac, x0
            prfm pldl1keep, [x0]
            csel x0, x1, x2, ne
            ret""")), [])

    def test_compiled_code(self):
        found = self.check(c="double start(double a); double start(double a) { return a * 2; }",
                           flags=["-march=armv8-a"], table=TABLE)
        self.assertIn("fp: start", found[0])

    FLAGS_WITHOUT = [f for f in FLAGS if f != "-mgeneral-regs-only"]

    def build(self, *code, **more):
        if more.get("c"):
            global FLAGS  # pylint: disable=global-statement
            kept, FLAGS = FLAGS, self.FLAGS_WITHOUT
            try:
                return super().build(*code, **more)
            finally:
                FLAGS = kept
        return super().build(*code, **more)


C_LOOP = """int start(volatile int *p, int n);
int start(volatile int *p, int n)
{{
	int sum = 0;

	{loop}
	return sum;
}}
"""


@unittest.skipUnless(CROSS and MODULES, "no cross compiler, or not the modules of tools/install-deps")
class LoopBounds(Sample):
    def loop(self, text, **more):
        return self.check(c=C_LOOP.format(loop=text), **more)

    def test_loop_without_bound(self):
        found = self.loop("for (int i = 0; i < n; i++)\n\t\tsum += p[i];")
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0], r"/code\.c:6: loop: start at 0x[0-9a-f]+: a loop without a bound$")

    def test_places_of_the_comment(self):
        for text in ("for (int i = 0; i < n; i++) /* bound: n */\n\t\tsum += p[i];",
                     "/* bound: n */\n\tfor (int i = 0; i < n; i++)\n\t\tsum += p[i];",
                     "for (int i = 0; i < n; i++) {\n\t\t/* bound: n */\n\t\tsum += p[i];\n\t}",
                     "for (int i = 0;\n\t     i < n; /* bound: n */\n\t     i++)\n\t\tsum += p[i];",
                     "while (*p != 0)\n\t\t; /* bound: until the device answers */",
                     "do { /* bound: n */\n\t\tsum += p[sum];\n\t} while (sum < n);",
                     "do {\n\t\tsum += p[sum];\n\t} while (sum < n); /* bound: n */"):
            with self.subTest(text):
                self.assertEqual(self.loop(text), [])
                self.assertEqual(len(self.result.loops), 1)

    def test_inner_bound_does_not_serve_the_outer_loop(self):
        found = self.loop("for (int i = 0; i < n; i++)\n\t\tfor (int k = 0; k < 9; k++) /* bound: 9 */\n"
                          "\t\t\tsum += p[i * k];")
        self.assertEqual(len(found), 1, found)
        self.assertIn("code.c:6: loop", found[0])
        found = self.loop("for (int i = 0; i < n; i++) /* bound: n */\n\t\tfor (int k = 0; k < n; k++)\n"
                          "\t\t\tsum += p[i * k];")
        self.assertEqual(len(found), 1, found)
        self.assertIn("code.c:7: loop", found[0])

    def test_loop_that_no_code_is_left_of(self):
        found = self.loop("for (int i = 0; i < 2; i++)\n\t\tsum += p[i];", flags=["-funroll-loops"])
        self.assertIn("code.c:6: loop: a loop without a bound", found[0])

    def test_inlined_loop(self):
        header = ("static inline int add(volatile int *p, int n)\n{\n\tint sum = 0;\n"
                  "\twhile (n-- != 0)BOUND\n"
                  "\t\tsum += p[n];\n\treturn sum;\n}\n")
        text = '#include "add.h"\n' + C_LOOP.format(loop="sum = add(p, n);")
        self.assertEqual(self.check(c=text, files={"add.h": header.replace("BOUND", " /* bound: n */")}), [])
        self.assertEqual([b.bound for b in self.result.loops], ["n"])
        found = self.check(c=text, files={"add.h": header.replace("BOUND", "")})
        self.assertIn("add.h:4: loop: start at", found[0])

    def test_goto(self):
        self.assertIn("code.c:8: loop: a goto", "".join(self.loop(
            "for (int i = 0; i < n; i++) { /* bound: n */\nagain:\n\t\tif (p[i] == 0) goto again;\n\t}")))
        self.assertTrue(self.loop("again:\n\tif (p[1] != 0)\n\t\tgoto again;"))

    def test_loop_in_a_macro(self):
        found = self.check(c="#define SUM(n) for (int i = 0; i < (n); i++) \\\n\t\tsum += p[i]\n" +
                           C_LOOP.format(loop="SUM(n);"))
        self.assertTrue(any("code.c:1: loop: a loop in a macro" in f for f in found), found)

    def test_inline_assembly(self):
        for text in ('"1: cbnz %w0, 1b"', '"nop\\n\\tb.ne 1b"', '"B ."'):
            found = self.loop("for (int i = 0; i < n; i++) /* bound: n */\n\t\t__asm__ volatile(" +
                              text.replace("1b", "1f\\n1:") + ' : : "r"(n));')
            self.assertTrue(any("code.c:7: loop: a branch in inline assembly" in f for f in found), found)
        found = self.check(c='#define STOP __asm__ volatile("wfi\\n\\tb .")\n' + C_LOOP.format(loop="STOP;"))
        self.assertTrue(any("code.c:1: loop: a branch in inline assembly" in f for f in found), found)
        self.assertEqual(self.loop('__asm__ volatile("mrs %0, esr_el2" : "=r"(n) : : "memory", "cc");'), [])

    def test_atomic_operation(self):
        text = "sum = __atomic_fetch_add(p, n, __ATOMIC_RELAXED);"
        found = self.loop(text)
        self.assertIn("code.c:6: loop: start at", found[0])
        self.assertIn("atomic operation without a bound", found[0])
        self.assertEqual(self.loop(text + " /* bound: others' writes */"), [])
        self.assertEqual(self.loop("/* bound: others' writes */\n\t" + text), [])
        self.assertTrue(self.loop("for (int i = 0; i < n; i++) /* bound: n */\n\t\t" + text),
                        "the bound of the loop around is not its own")

    def test_assembly(self):
        loop = "1:\tsubs x0, x0, #1{}\n\tb.ne 1b\n\tret"
        self.refused("loop", "code.S:5: loop: start", function("start", loop.format("")))
        self.assertEqual(self.check(function("start", loop.format(" /* bound: x0 */"))), [])
        self.refused("loop", "a loop without a bound", function("start", "\tb .\n\tret"))

    def test_nested_assembly(self):
        loop = "1:\tmov x1, #9{}\n2:\tsubs x1, x1, #1{}\n\tb.ne 2b\n\tsubs x0, x0, #1\n\tb.ne 1b\n\tret"
        self.assertEqual(self.check(function("start", loop.format(" // bound: x0", " // bound: 9"))), [])
        self.refused("loop", "code.S:5: ", function("start", loop.format("", " // bound: 9")))
        self.refused("loop", "code.S:6: ", function("start", loop.format(" // bound: x0", "")))

    def test_cycle_with_two_entries(self):
        cycle = "\tcbz x0, 2f\n1:\tsub x1, x1, #1{}\n2:\tsub x2, x2, #1\n\tcbnz x1, 1b\n\tret"
        self.refused("loop", "a loop without a bound", function("start", cycle.format("")))
        self.assertEqual(self.check(function("start", cycle.format(" // bound: x1"))), [])


@unittest.skipUnless(CROSS and MODULES, "no cross compiler, or not the modules of tools/install-deps")
class CommandLine(Sample):
    def run_tool(self, *arguments):
        return run(TOOLS / "haven-bounds", *arguments)

    def test_good_and_bad(self):
        elf = self.build(call("start", "\tbl f") + call("f", frame=32))
        done = self.run_tool(elf, "--table", self.table(), "--json", self.folder / "out.json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("48 of 1024  start", done.stdout)
        self.assertIn('"bytes": 48', (self.folder / "out.json").read_text())
        elf = self.build(call("start", "\tbl start"))
        done = self.run_tool(elf, "--table", self.table())
        self.assertEqual(done.returncode, 1)
        self.assertIn("recursion: start at", done.stderr)
        self.assertIn("1 findings", done.stderr)

    def unusable(self, text, *arguments):
        done = self.run_tool(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_unusable_files(self):
        table = self.table()
        self.unusable("No such file", self.folder / "none.elf", "--table", table)
        self.unusable("haven-bounds: ", table, "--table", table)
        self.unusable("AArch64", "/bin/true", "--table", table)
        elf = self.build(call("start"))
        self.unusable("No such file", elf, "--table", self.folder / "none.yaml")
        subprocess.run([CROSS, "-c", "-g", "-o", self.folder / "code.o", self.folder / "code.S"], check=True)
        self.unusable("not linked", self.folder / "code.o", "--table", table)
        from_c = self.build(c="void start(void); void start(void) { }")
        (self.folder / "code.c").unlink()
        self.unusable("the image was built from it", from_c, "--table", table)
        from_c = self.build(c="void start(void); void start(void) { }")
        os.utime(self.folder / "code.c", (2**33, 2**33))
        self.unusable("build it again", from_c, "--table", table)
        subprocess.run([CROSS.replace("gcc", "strip"), "-g", elf], check=True)
        self.unusable("debug information", elf, "--table", table)

    def test_unusable_tables(self):
        elf = self.build(call("start"))
        for text, why in (("entries: [{at: nowhere}]", "no symbol 'nowhere'"),
                          ("{", "table.yaml"), ("3", "not a table"),
                          ("rows: []", "unknown key 'rows'"), ("fp: []", "no 'entries'"),
                          ("entries: [{at: start, stack: other}]", "no stack 'other'"),
                          (TABLE.replace("stacks: {cpu", "stacks: {cpu: 3, gpu"), "not of the form"),
                          (TABLE.replace("variable: stacks", "variable: heap"), "no variable 'heap'"),
                          (TABLE.replace("member: bytes", "member: words"), "no member 'words'")):
            with self.subTest(why):
                self.unusable(why, elf, "--table", self.table(text))

    def test_help(self):
        done = self.run_tool("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Exit status", done.stdout)


@unittest.skipUnless(MODULES, "not the modules of tools/install-deps")
class Statements(unittest.TestCase):
    """The reader of C, on text alone: (first line, last line, bound)."""

    def expect(self, text, *statements):
        self.assertEqual([tuple(s) for s in Loops("text", text).statements], list(statements))

    def test_bodies(self):
        self.expect("for (;;) x();", (1, 1, None))
        self.expect("void f(void)\n{\nwhile (a)\nif (b)\nc();\nelse\nd();\ne();\n}", (3, 7, None))
        self.expect("for (a)\nfor (b)\nswitch (c) {\ncase 1:\nd();\n}\ne();", (1, 6, None), (2, 6, None))
        self.expect("do\nx();\nwhile (y\n);\nz();", (1, 4, None))
        self.expect("do { x(); } while (0);")
        self.expect("if (a) { for (b)\n{ } } else while (c)\n;", (1, 2, None), (2, 3, None))

    def test_what_is_no_loop(self):
        self.expect('const char *s = "for (;;)"; /* while (x) */ int forward = \'"\'; // for (;;)\n'
                    "#define whiles 1 \\\n while\nint x = a ? b : c;")

    def test_bounds(self):
        self.expect("for (;;) /* bound: 3 */\n;", (1, 2, "3"))
        self.expect("/* bound: as long\n * as it takes */\nfor (;;)\n;", (3, 4, "as long as it takes"))
        self.expect("for (a)\n/* bound: 3 */\nfor (b)\n;", (1, 4, None), (3, 4, "3"))
        self.expect("x(); /* bound: 3 */\nfor (b)\n;", (2, 3, None))
        self.expect("for (a) { x(); /* bound: 3 */ }", (1, 1, None))
        self.expect("for (a) /* bound: */ x();", (1, 1, None))

    def test_the_tree_itself(self):
        for folder in ("lib", "hal", "hypervisor"):
            for path in (ROOT / folder).rglob("*.[ch]"):
                loops = Loops(str(path), path.read_text())
                missing = [s.first for s in loops.statements if s.bound is None]
                self.assertEqual((missing, loops.unclear), ([], []), path)


if __name__ == "__main__":
    unittest.main()
