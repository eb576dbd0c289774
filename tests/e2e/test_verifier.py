"""The judge of allocation logs is judged: one log for each rule that breaks it, and the log next to it that does not."""
import unittest

from verifier import Rules, most_at_once, parse, verify


def log(*lines):
    """Lines get their number as time."""
    return parse("".join(f"{time} {line}\n" for time, line in enumerate(lines)))


class Verifier(unittest.TestCase):

    def assert_broken(self, rules, violation, *lines):
        self.assertEqual([str(found) for found in verify(log(*lines), rules)], [violation])

    def assert_holds(self, rules, *lines):
        self.assertEqual(verify(log(*lines), rules), [])

    def test_lock(self):
        rules = Rules(locks={"db": {"a", "b"}})
        self.assert_holds(rules, "start a", "start c", "end a", "start b", "end c", "end b")
        self.assert_broken(rules, "lock: b began while a held 'db'", "start a", "start b", "end a", "end b")

    def test_alone(self):
        rules = Rules(alone={"a"})
        self.assert_holds(rules, "start b", "start c", "end b", "end c", "start a", "end a")
        self.assert_broken(rules, "alone: a began while b ran", "start b", "start a", "end b", "end a")
        self.assert_broken(rules, "alone: b began while a ran", "start a", "start b", "end b", "end a")

    def test_limit(self):
        rules = Rules(limits={"live": (2, {"a", "b", "c"})})
        self.assert_holds(rules, "start a", "start b", "start x", "end a", "start c", "end b", "end c", "end x")
        self.assert_broken(rules, "limit: 3 of 'live', at most 2: a, b, c",
                           "start a", "start b", "start c", "end a", "end b", "end c")

    def test_amount(self):
        rules = Rules(amounts={"memory": (10, {"a": 6, "b": 4, "c": 1})})
        self.assert_holds(rules, "start a", "start b", "end a", "start c", "end b", "end c")
        self.assert_broken(rules, "amount: 11 of 'memory' in use, 10 there are",
                           "start a", "start b", "start c", "end a", "end b", "end c")

    def test_slots(self):
        rules = Rules(amounts={"db": (3, {"a": 2, "b": 1})}, pools={"db"})
        self.assert_holds(rules, "start a slot_db=0,1", "start b slot_db=2", "start c", "end a", "end b", "end c")
        self.assert_broken(rules, "slot: a was given ['0'] of 'db', it asks for 2", "start a slot_db=0", "end a")
        self.assert_broken(rules, "slot: a was given ['1', '1'] of 'db', it asks for 2", "start a slot_db=1,1", "end a")
        self.assert_broken(rules, "slot: c was given ['1'] of 'db', it asks for 0", "start c slot_db=1", "end c")
        self.assert_broken(rules, "slot: b and a were both given ['1'] of 'db'",
                           "start a slot_db=0,1", "start b slot_db=1", "end a", "end b")

    def test_phase(self):
        rules = Rules(phases=[("one", {"a", "b"}), ("two", {"c"})])
        self.assert_holds(rules, "start a", "start b", "start x", "end b", "end a", "start c", "end c", "end x")
        self.assert_broken(rules, "phase: c of 'two' began before b of 'one' had ended",
                           "start a", "start b", "end a", "start c", "end b", "end c")
        self.assert_broken(rules, "phase: c of 'two' began before b of 'one' had ended",
                           "start a", "end a", "start c", "end c")

    def test_chain(self):
        rules = Rules(chains=[["a", "b"]])
        self.assert_holds(rules, "start a", "end a", "start b", "end b")
        self.assert_broken(rules, "chain: b began before a had ended", "start a", "start b", "end a", "end b")
        self.assert_broken(rules, "chain: b began before a had ended", "start b", "end b", "start a", "end a")

    def test_worker(self):
        rules = Rules(workers=True)
        self.assert_holds(rules, "start a worker=1", "start b worker=2", "end a", "start c worker=1", "end b", "end c")
        self.assert_broken(rules, "worker: b and a both have id 1",
                           "start a worker=1", "start b worker=1", "end a", "end b")
        self.assert_broken(rules, "worker: a has no worker id", "start a worker=", "end a")

    def test_temp(self):
        rules = Rules(temp=True)
        self.assert_holds(rules, "start a temp=/1 found=0", "end a", "start a temp=/1 found=3",
                           "start b temp=/2 found=0", "end a", "end b")
        self.assert_broken(rules, "temp: b was given a's directory",
                           "start a temp=/1 found=0", "end a", "start b temp=/1 found=0", "end b")
        self.assert_broken(rules, "temp: a found 2 entries in its directory", "start a temp=/1 found=2", "end a")
        self.assert_broken(rules, "temp: a has no temp directory", "start a temp= found=0", "end a")

    def test_log(self):
        self.assert_broken(Rules(), "log: a never ended", "start a")
        self.assert_broken(Rules(), "log: a ended and had not begun", "end a")
        self.assert_broken(Rules(), "log: a began twice", "start a", "start a", "end a")
        for line in ("1 begin a", "1 start", "x start a"):
            with self.subTest(line), self.assertRaises(ValueError):
                parse(line + "\n")

    def test_events_are_put_in_order(self):
        self.assertEqual([event.kind for event in parse("9 end a\n1 start a\n")], ["start", "end"])

    def test_most_at_once(self):
        self.assertEqual(most_at_once(log("start a", "start b", "end a", "start c", "start d", "end b", "end c", "end d")), 3)


if __name__ == "__main__":
    unittest.main()
