"""tools/dev/apt_suite_sources.py on the ways in which a Debian writes its package sources."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).parents[2] / "tools" / "dev" / "apt_suite_sources.py"


class AptSuiteSources(unittest.TestCase):
    def derive(self, **sources):
        """Runs the program on files NAME_SUFFIX with these texts; returns the texts it wrote, and the process."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            paths = []
            for name, text in sources.items():
                paths.append(folder / name.replace("_", "."))
                paths[-1].write_text(text, encoding="utf-8")
            out = folder / "out"
            out.mkdir()
            command = [sys.executable, PROGRAM, "--release", "bookworm", "--suite", "bookworm-backports", "--out", out]
            done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
            return [pathlib.Path(line).read_text(encoding="utf-8") for line in done.stdout.splitlines()], done

    def test_deb822_keeps_mirror_and_key(self):
        written, _ = self.derive(
            debian_sources="Types: deb deb-src\n# a snapshot\nURIs: http://mirror.example/debian\n"
            "Suites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: /usr/share/keyrings/a.gpg\n"
            "\n"
            "Types: deb\nURIs: http://security.example\nSuites: bookworm-security\nComponents: main\n"
        )
        self.assertEqual(
            written,
            [
                "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n"
                "Signed-By: /usr/share/keyrings/a.gpg\n"
            ],
        )

    def test_deb822_keeps_a_key_written_in_place(self):
        key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abcd\n -----END PGP PUBLIC KEY BLOCK-----\n"
        written, _ = self.derive(
            a_sources="types: deb\nuris: http://m.example\nsuites: bookworm\ncomponents: main\n" + key
        )
        self.assertEqual(len(written), 1)
        self.assertIn("suites: bookworm-backports\n", written[0])
        self.assertTrue(written[0].endswith(key.replace("Signed-By:", "Signed-By: ")), written[0])

    def test_deb822_leaves_out_what_is_disabled_or_only_source(self):
        rest = "URIs: http://m.example\nSuites: bookworm\nComponents: main\n"
        _, done = self.derive(a_sources=f"Types: deb\nEnabled: no\n{rest}\nTypes: deb-src\n{rest}")
        self.assertEqual(done.returncode, 1)

    def test_one_line_keeps_options(self):
        written, _ = self.derive(
            sources_list="# deb http://old.example bookworm main\n"
            "deb cdrom:[Debian 12]/ bookworm main\n"
            "deb [arch=amd64 signed-by=/a.gpg] https://mirror.example/debian/ bookworm main non-free # ours\n"
            "deb-src https://mirror.example/debian/ bookworm main\n"
            "deb https://mirror.example/debian/ bookworm-updates main\n"
            "deb https://packages.example bookworm stable\n"
        )
        self.assertEqual(
            written, ["deb [arch=amd64 signed-by=/a.gpg] https://mirror.example/debian/ bookworm-backports main\n"]
        )

    def test_every_entry_of_the_release_is_a_candidate_in_order(self):
        written, _ = self.derive(
            sources_list="deb http://one.example bookworm main\ndeb http://two.example bookworm contrib main\n",
            three_sources="Types: deb\nURIs: http://three.example\nSuites: bookworm\nComponents: main\n",
            four_save="deb http://four.example bookworm main\n",
        )
        self.assertEqual(
            written,
            [
                "deb http://one.example bookworm-backports main\n",
                "deb http://two.example bookworm-backports main\n",
                "Types: deb\nURIs: http://three.example\nSuites: bookworm-backports\nComponents: main\n",
            ],
        )

    def test_no_entry_is_an_error(self):
        written, done = self.derive(sources_list="deb http://mirror.example trixie main\n")
        self.assertEqual(written, [])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "apt_suite_sources.py: no source of this system is for bookworm main\n")


if __name__ == "__main__":
    unittest.main()
