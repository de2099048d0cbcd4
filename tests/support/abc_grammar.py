"""Tunes in one voice with everything that chapters 3 and 4 of the ABC standard 2.1 allow, in any combination.

A tune is drawn with a few of the `FEATURES`, so that a failure names the features involved. Every bar has the length
of its metre, and every tune ends with a bar line.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

FEATURES = (
    "accidentals", "annotations", "backticks", "bar_lines", "broken", "broken_over_lines", "chord_symbols",
    "chord_ties", "chords", "dollars", "fives", "implied_repeats", "key_changes", "tempo_changes", "ties_over_bars",
    "tied_accidentals",
    "clefs", "comments", "continuations", "decorations", "directives", "endings", "exclamations", "explicit_keys",
    "field_lines", "grace_accidentals", "graces", "inline_fields", "long_rests", "lyrics", "metre_changes",
    "metres", "modes", "octaves", "old_decorations", "parts", "pickups", "redefined", "repeats", "rests",
    "shared_endings", "short_decorations", "slurs", "spacers", "staff_octaves", "tempos", "three_times", "ties",
    "transposed", "tuplets", "two_repeats", "unit_changes", "unit_lengths",
)  # fmt: skip

_LETTERS = "CDEFGABcdefgab"
_MODES = (
    "", "m", "min", "minor", "maj", "major", "Major", "ion", "aeo", "Aeolian", "mix", "Mix", "mixolydian", "dor",
    "Dorian", "DOR", "phr", "phrygian", "lyd", "Lydian", "loc", "locrian",
)  # fmt: skip
# Sharps of the major key, and how many more or fewer a mode has.
_TONICS = {
    "C": 0,
    "D": 2,
    "E": 4,
    "F": -1,
    "G": 1,
    "A": 3,
    "B": 5,
    "Bb": -2,
    "Eb": -3,
    "Ab": -4,
    "F#": 6,
    "C#": 7,
    "Db": -5,
}
_FIFTHS = {"": 0, "maj": 0, "ion": 0, "min": -3, "aeo": -3, "mix": -1, "dor": -2, "phr": -4, "lyd": 1, "loc": -5}
_METRES = (
    "4/4",
    "3/4",
    "2/4",
    "6/8",
    "9/8",
    "12/8",
    "C",
    "C|",
    "3/8",
    "5/8",
    "7/8",
    "2/2",
    "3/2",
    "2+3/8",
    "(2+3)/8",
    "none",
)
_LENGTHS = {
    "C": Fraction(1),
    "C|": Fraction(1),
    "2+3/8": Fraction(5, 8),
    "(2+3)/8": Fraction(5, 8),
    "none": Fraction(3, 4),
}
_UNITS = ("1/8", "1/4", "1/16", "1/2")
_TEMPOS = (
    "1/4=90", "3/8=60", "120", "C=100", "1/2=60", '"Allegro" 1/4=120', '1/4=120 "Allegro"', '"Slow"', "1/4=90.5",
    "1/8 1/4=50",
)  # fmt: skip
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # the time that the notes of a bare `(n` take; 5, 7 and 9 depend on the metre
_DECORATIONS = (
    "trill", "turn", "mordent", "roll", ">", "accent", "fermata", "tenuto", "0", "3", "+", "plus", "open", "thumb",
    "wedge", "snap", "upbow", "downbow", "segno", "coda", "D.S.", "D.C.", "fine", "p", "mf", "sfz", "crescendo(",
    "<(", "breath", "slide", "lowermordent", "uppermordent", "pralltriller", "staccato", "arpeggio", "^", "marcato",
    "trill(", "trill)", "shortphrase",
)  # fmt: skip
_OLD = ("+trill+", "+f+", "+fermata+", "+accent+", "+turn+")
_SYMBOLS = ('"Am"', '"G7"', '"C/E"', '"F#m7b5"', '"Bb"', '"(D)"', '"N.C."', '"Gsus4"', '"A;B"')
_ANNOTATIONS = ('"^slowly"', '"_low | high"', '"<("', '">)"', '"@tune: X:1"', '"^abc [CEG] {a}"', r'"_100\%"')
_CLEFS = (
    "clef=bass", "bass", "treble", "clef=alto", "tenor", "clef=none", "bass3", "alto1", "stafflines=1", "middle=B",
    "clef=perc", 'name="Fiddle"',
)  # fmt: skip
_OCTAVES = ("octave=-1", "octave=1", "treble-8", "clef=treble+8", "bass octave=1")
_LINES = (
    "N:a note of a bad cad", "r:remark", "T:Trio", "W:a bad cad", "H:of old", "Z:me", "S:a book",
    "N:one |: two :|", "C:Anon", "G:flute", "I:decoration !", "O:Here",
)  # fmt: skip
_INLINE = ("[N:a note]", "[r:abc]", "[R:reel]", "[I:linebreak $]", '[Q:"fast" 1/4=140]', "[I:MIDI program 3]")
_DIRECTIVES = ("%%scale 0.7", "%%text a bad cad", "%%vskip 1cm", "%%MIDI program 41", "%%center abc", "%abc")
_SHARED = (("1,3", "2,4", ":|"), ("1-3", "4", ""), ("1,2", "3", ""), ("1-2", "3-4", ":|"))
_ENDING_BARS = ("|", "|", ".|", "[|]", "| ")
_PLAIN_BARS = ("|", "|", "|", "||", ".|", "[|]", "| ")


class _Writer:
    """Writes a tune piece by piece, and tracks the state at the current position."""

    def __init__(self, draw: st.DrawFn, features: Iterable[str]) -> None:
        self.draw, self.features = draw, frozenset(features)
        self.metre, self.unit = "4/4", Fraction(1, 8)
        self.slur = False  # whether one is open
        self.held = ""  # the note that is tied into the next bar
        self.sounded = False  # whether the tune has a note
        self.more = False  # whether a bar follows in the section
        self.text = ""

    def has(self, feature: str) -> bool:
        return feature in self.features

    def often(self, feature: str, times: int = 3) -> bool:
        """Whether to use a feature here: in one of `times` places, if the tune has it at all."""
        return self.has(feature) and self.draw(st.integers(0, times - 1)) == 0

    def one(self, things: Iterable[str]) -> str:
        return self.draw(st.sampled_from(tuple(things)))

    @property
    def bar_length(self) -> Fraction:
        return _LENGTHS.get(self.metre) or Fraction(self.metre)

    # The header

    def header(self) -> None:
        self.text += "X:1\nT:A tune\n"
        if self.has("comments"):
            self.text += "% abc {de} |: fg\n"
        if self.has("metres"):
            self.metre = self.one(_METRES)
        self.text += f"M:{self.metre}\n"
        if self.has("unit_lengths"):
            unit = self.one((*_UNITS, ""))
            self.text += f"L:{unit}\n" if unit else ""
            # Without L: a sixteenth if the metre is less than three quarters; a free metre has an eighth (3.1.7).
            short = self.metre != "none" and self.bar_length < Fraction(3, 4)
            self.unit = Fraction(unit) if unit else Fraction(1, 16 if short else 8)
        else:
            self.text += "L:1/8\n"
        if self.has("tempos"):
            self.text += f"Q:{self.one(_TEMPOS)}\n"
        if self.has("redefined"):
            self.text += "U: T = !trill!\nU: W = !mordent!\nU: n = !fermata!\n"
        if self.has("exclamations") or self.has("dollars"):
            signs = "!" * self.has("exclamations") + "$" * self.has("dollars")
            self.text += f"I:linebreak {' '.join(signs)}\n"
        if self.has("directives"):
            self.text += f"{self.one(_DIRECTIVES)}\n"

    def key(self) -> str:
        key = self.one(_TONICS) if self.has("modes") else self.one(("C", "G", "D", "F"))
        if self.has("modes"):
            key = self.one(("HP", "Hp", "none")) if self.often("modes", 12) else self._with_mode(key)
        if self.has("explicit_keys") and key[0] != "H":
            bare = (" exp ^f _b",) * (not self.has("modes"))  # exp takes the place of a mode
            key += self.one((" ^f", " =c _b", " ^c ^g", " __b", " =f", *bare))
        for feature, words in (
            ("clefs", _CLEFS),
            ("staff_octaves", _OCTAVES),
            ("transposed", ("transpose=-2", "transpose=5")),
        ):
            if self.has(feature):
                key += f" {self.one(words)}"
        return key

    def _with_mode(self, tonic: str) -> str:
        """The tonic with a mode, such that the key has at most seven sharps or flats (3.1.14)."""
        modes = [
            mode for mode in _MODES if abs(_TONICS[tonic] + _FIFTHS[mode[:3].lower() if mode != "m" else "min"]) <= 7
        ]
        mode = self.one(modes)
        return tonic + self.one(("", " ")) * bool(mode and mode != "m") + mode

    # Music

    def length(self, length: Fraction) -> str:
        """A length, in any of its spellings (4.3)."""
        units = length / self.unit
        above, below = units.numerator, units.denominator
        spellings = {f"{above}/{below}"}
        if below == 1:
            spellings = {str(above)} if above > 1 else {"", "1"}
        elif above == 1:
            spellings = {f"/{below}", "/" * (below.bit_length() - 1)} if below & (below - 1) == 0 else {f"/{below}"}
        elif below == 2:
            spellings.add(f"{above}/")
        return self.one(sorted(spellings))

    def pitch(self) -> str:
        sign = self.one(("^", "_", "=", "^^", "__")) if self.often("accidentals") else ""
        letter = self.one(_LETTERS)
        marks = self.one(("", ",", ",,") if letter.isupper() else ("", "'", "''")) if self.often("octaves") else ""
        return sign + letter + marks

    def graces(self) -> str:
        signs = ("", "^", "_", "=") if self.has("grace_accidentals") else ("",)
        notes = [self.one(signs) + self.one(_LETTERS) for _ in range(self.draw(st.integers(1, 3)))]
        return "{" + self.one(("", "/")) + "".join(note + self.one(("", "", "2", "/")) for note in notes) + "}"

    def before_note(self) -> str:
        """Grace notes, chord symbols, annotations and decorations, in the order of 4.20."""
        text = ""
        if self.often("graces", 4) or self.often("grace_accidentals", 4):
            text += self.graces()
        if self.often("chord_symbols"):
            text += self.one(_SYMBOLS)
        if self.often("annotations"):
            text += self.one(_ANNOTATIONS)
        if self.often("decorations"):
            text += f"!{self.one(_DECORATIONS)}!"
        if self.often("short_decorations"):
            text += self.one(".~HLMOPSTuv")
        if self.often("old_decorations", 6):
            text += self.one(_OLD)
        if self.often("redefined"):
            text += self.one("TWn")
        return text

    def sounding(self, length: Fraction) -> str:
        """A note, a chord or a rest of a length."""
        if self.often("rests", 4):
            return self.one("zzx") + self.length(length)
        self.sounded = True
        if self.often("chords"):
            pitches = self.draw(st.lists(st.sampled_from(_LETTERS), min_size=2, max_size=4, unique=True))
            if self.draw(st.booleans()):
                return self.before_note() + f"[{''.join(pitches)}]{self.length(length)}"
            if self.draw(st.integers(0, 3)) == 0:
                return self.before_note() + f"[{''.join(pitch + '2' for pitch in pitches)}]{self.length(length / 2)}"
            return self.before_note() + f"[{''.join(pitch + self.length(length) for pitch in pitches)}]"
        return self.before_note() + self.pitch() + self.length(length)

    def element(self, left: Fraction) -> tuple[str, Fraction]:
        """Some music that fits into the time left, and its length."""
        unit = self.unit
        choices: list[Callable[[], tuple[str, Fraction]]] = []
        if 2 * unit <= left:
            choices += [self.broken] * (2 * (self.has("broken") or self.has("broken_over_lines")))
            choices += [self.tied] * self.has("ties")
            choices += [self.chord_tied] * self.has("chord_ties")
            choices += [self.tuplet] * (2 * self.has("tuplets"))
            choices += [self.five] * (2 * self.has("fives"))
        if choices and self.draw(st.booleans()):
            text, length = self.draw(st.sampled_from(choices))()
            if length <= left:
                return text, length
        length = min(left, unit * self.draw(st.sampled_from((1, 1, 1, 2, 2, 3, 4, Fraction(1, 2), Fraction(3, 2)))))
        return self.sounding(length), length

    def broken(self) -> tuple[str, Fraction]:
        """Two notes in a broken rhythm, rarely of different written lengths."""
        sign = self.one((">", "<", ">", "<", ">>", "<<"))
        one = other = self.unit * self.draw(st.sampled_from((1, 1, 2)))
        if self.draw(st.integers(0, 9)) == 0:
            other = self.unit * self.draw(st.sampled_from((1, 2)))
        short = Fraction(1, 2 ** len(sign))
        taken = one * (2 - short) + other * short if ">" in sign else one * short + other * (2 - short)
        spaces = self.one(("", "", " "))
        after = "\n" if self.often("broken_over_lines") else spaces
        return self.sounding(one) + spaces + sign + after + self.sounding(other), taken

    def tied(self) -> tuple[str, Fraction]:
        note = self.one(_LETTERS)
        return self.before_note() + f"{note}{self.length(self.unit)}-{self.one(('', ' '))}{note}", 2 * self.unit

    def chord_tied(self) -> tuple[str, Fraction]:
        pitches = self.draw(st.lists(st.sampled_from(_LETTERS), min_size=2, max_size=3, unique=True))
        one, complete = f"[{pitches[0]}-{''.join(pitches[1:])}]", f"[{''.join(pitches)}]"
        return self.one((one, f"{complete}-", f"[{'-'.join(pitches)}-]")) + complete, 2 * self.unit

    def tuplet(self) -> tuple[str, Fraction]:
        """A tuplet that lasts a whole number of units."""
        notes = self.draw(st.sampled_from((2, 3, 3, 4, 6)))
        time = _TUPLETS[notes]
        count = self.one(("", "", f":{time}", f":{time}:{notes}", "::", f"::{notes}", f":{time}:"))
        if self.often("tuplets", 4):
            # A long and a short note in place of three, two times over: (3:2:2
            return f"(3:2:2{self.sounding(2 * self.unit)}{self.sounding(self.unit)}", 2 * self.unit
        each = self.unit / 2 if notes == 6 else self.unit
        return f"({notes}{count}" + "".join(self.sounding(each) for _ in range(notes)), time * each

    def five(self) -> tuple[str, Fraction]:
        """Five, seven or nine notes in the time of two, or of three if the metre is compound (4.13)."""
        notes = self.draw(st.sampled_from((5, 7, 9)))
        compound = self.metre in ("6/8", "9/8", "12/8")
        each = self.unit / 2
        return f"({notes}" + "".join(self.sounding(each) for _ in range(notes)), (3 if compound else 2) * each

    def bar(self, length: Fraction) -> None:
        left = length
        if self.held:
            self.text += self.held + self.length(self.unit)
            left, self.held = left - self.unit, ""
        while left > 0:
            if self.often("slurs", 4) and not self.slur:
                self.text, self.slur = self.text + "(", True
            if left < length and left <= 3 * self.unit and self.tie_over_bar(left):
                break
            text, taken = self.element(left)
            self.text += text
            left -= taken
            if self.slur and self.draw(st.booleans()):
                self.text, self.slur = self.text + ")", False
            self.text += self.one(("", "", " ")) if not self.often("backticks") else "`"
            if self.often("spacers", 6):
                self.text += "y "
            if self.often("inline_fields", 6):
                self.text += self.one(_INLINE)

    def tie_over_bar(self, left: Fraction) -> bool:
        """Sometimes end a bar with a note that is tied into the next one."""
        if not (self.often("ties_over_bars", 1) or self.often("tied_accidentals", 1)) or not self.more:
            return False
        note = self.one(_LETTERS)
        sign = self.one(("", "^", "_", "=")) if self.has("tied_accidentals") else ""
        self.text += f"{sign}{note}{self.length(left)}-"
        self.held = note
        return True

    def line_end(self) -> None:
        """Sometimes begin a new line, in one of the ways that ABC allows."""
        if self.often("continuations"):
            self.text += "\\\n"
        elif self.often("exclamations"):
            self.text += "!"
        elif self.often("dollars"):
            self.text += "$"
        elif self.draw(st.integers(0, 2)) == 0:
            self.text += " % abc :| {a}" if self.often("comments") else ""
            self.text += "\n"
            if self.often("lyrics"):
                self.text += "w:a bad cad | be-gged *\n"
            if self.often("field_lines"):
                self.text += f"{self.one(_LINES)}\n"
            if self.often("directives"):
                self.text += f"{self.one(_DIRECTIVES)}\n"
            if self.often("comments"):
                self.text += "% |: abc :|\n"

    def changes(self) -> None:
        """Another metre, unit length, key or tempo, at a bar line: inline, or on a line of its own."""
        changed = {"metre_changes": "M", "unit_changes": "L", "key_changes": "K", "tempo_changes": "Q"}
        for feature, letter in changed.items():
            if not self.often(feature):
                continue
            match letter:
                case "M":
                    value = self.metre = self.one(_METRES[:9])
                case "L":
                    value = self.one(_UNITS[:3])
                    self.unit = Fraction(value)
                case "K":
                    value = self.key()
                case _:
                    value = self.one(_TEMPOS)
            on_its_own = not self.text.endswith("\\\n") and self.draw(st.booleans())
            line = "" if self.text.endswith("\n") else "\n"
            self.text += f"{line}{letter}:{value}\n" if on_its_own else f"[{letter}:{value}]"

    def bars(self, count: int, *, ending: bool = False) -> None:
        """Bars with bar lines between them, but not after the last. A double bar line would end an ending."""
        for number in range(count):
            if number:
                self.text += self.one(_ENDING_BARS if ending else _PLAIN_BARS) if self.has("bar_lines") else "|"
                self.line_end()
                self.changes()
            self.more = number < count - 1
            if self.often("long_rests", 4) and self.metre != "none" and not self.held:
                self.text += self.one(("Z ", "Z1 ", "Z2", "X "))  # the space keeps Z:| from being a field
            else:
                self.bar(self.bar_length)

    def section(self, last: bool) -> None:
        """Some bars, played once or more."""
        names = ("repeats", "endings", "shared_endings", "three_times", "implied_repeats")
        kinds = [kind for kind in names if self.has(kind)]
        kind = self.one(kinds) if kinds and self.draw(st.integers(0, 3)) else "once"
        count = self.draw(st.integers(1, 3))
        end = self.one(("|]", "||", "|")) if last else "||" if self.has("implied_repeats") else self.one(("||", "|"))
        match kind:
            case "repeats":
                self.text += "|:"
                self.bars(count)
                self.text += self.one((":|", ":|]", ":||"))
            case "endings":
                self.text += "|:"
                self.bars(count)
                self.text += self.one(("|1", "|[1", "| [1"))
                self.bars(self.draw(st.integers(1, 2)), ending=True)
                self.text += self.one((":|2", ":|[2", ":| [2"))
                self.bars(self.draw(st.integers(1, 2)), ending=True)
                self.text += "|]" if last else "||"
            case "shared_endings":
                self.text += "|:"
                self.bars(count)
                first, second, more = self.draw(st.sampled_from(_SHARED))
                self.text += self.one(("|", "|[", "| [")) + first + " "
                self.bars(1, ending=True)
                self.text += f":|[{second} "
                self.bars(1, ending=True)
                self.text += more or ("|]" if last else "||")
            case "implied_repeats":
                # The repeat goes back to the beginning, or to the end of the section before.
                self.bars(count)
                self.text += ":|"
            case "three_times":
                self.text += "|::"
                self.bars(count)
                self.text += "::|"
            case _:
                self.bars(count)
                self.text += end
        self.text += "\n"

    def body(self) -> None:
        if self.has("parts"):
            names = "ABC"[: self.draw(st.integers(1, 3))]
            for name in names:
                self.text += f"P:{name}\n" if self.draw(st.booleans()) else f"[P:{name}]"
                self.section(last=name == names[-1])
            return
        if self.has("pickups"):
            self.bar(self.unit)
            self.text += "|"
        if self.has("two_repeats"):
            self.text += "|:"
            self.bars(1)
            self.text += self.one(("::", ":|:", ":||:", ":|\n|:"))
            self.bars(1)
            self.text += ":|\n"
        count = self.draw(st.integers(1, 3))
        for number in range(count):
            self.section(last=number == count - 1)


@st.composite
def tunes(draw: st.DrawFn, feature: str, others: int = 3) -> str:
    """A tune with a feature, and at most `others` more."""
    features = {feature, *draw(st.lists(st.sampled_from(FEATURES), max_size=others))}
    writer = _Writer(draw, features)
    writer.header()
    if writer.has("parts"):
        writer.text += f"P:{writer.one(('ABA', 'A2B', 'AAB', '(AB)2A', 'A.B', 'AB'))}\n"
    writer.text += f"K:{writer.key()}\n"
    writer.body()
    assume(writer.sounded)
    if writer.slur:
        writer.text = writer.text.rstrip("\n") + ")\n"
    return writer.text
