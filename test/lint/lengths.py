#!/usr/bin/python3
"""A file has at most 400 lines, a public header 120, a function 50. Flat switches and tables do not count."""
import pathlib
import re
import sys

FILE_LIMIT = 400
HEADER_LIMIT = 120
FUNCTION_LIMIT = 50
NO_FUNCTION = re.compile(r"\b(namespace|struct|class|enum|union|extern)\b[^()]*\{$|=\s*\{$")
CONTROL = re.compile(r"(if|for|while|switch|else|do|try|catch|return|\})\b|\}")


def flat_switch_lines(body):
    """Lines inside switches in which a case takes at most three lines on average."""
    lines = 0
    for start, line in enumerate(body):
        if not re.match(r"\s*switch \(.*\{$", line):
            continue
        indent = len(line) - len(line.lstrip())
        end = next((i for i in range(start + 1, len(body)) if body[i].startswith(" " * indent + "}")), start)
        cases = sum(1 for inner in body[start:end] if re.match(r"\s*(case\b.*|default):", inner))
        if end - start <= 3 * cases + 2:
            lines += end - start
    return lines


def statement_start(lines, last):
    """Index of the first line of the statement that ends in line `last`."""
    first = last
    while first > 0:
        above = lines[first - 1].strip()
        if not above or above[-1] in ";{}:" or above.startswith(("#", "//", "*", "/*")) or above.endswith("*/"):
            break
        first -= 1
    return first


def functions(lines):
    """(line number, body) of every function definition: clang-format closes one in the column it began in."""
    index = 0
    while index < len(lines):
        if lines[index].endswith("{"):
            first = statement_start(lines, index)
            indent = len(lines[first]) - len(lines[first].lstrip())
            head = " ".join(line.strip() for line in lines[first:index + 1])
            if indent in (0, 4) and "(" in head and not NO_FUNCTION.search(head) and not CONTROL.match(head):
                end = next((i for i in range(index + 1, len(lines)) if lines[i].startswith(" " * indent + "}")), index)
                yield first + 1, lines[first:end + 1]
                index = end
        index += 1


def main():
    bad = False
    for path in sorted([*pathlib.Path("src").rglob("*.[ch]pp"), *pathlib.Path("include").rglob("*.hpp"),
                        *pathlib.Path("test").rglob("*.[ch]pp"), *pathlib.Path("sql/extension").glob("*.sql")]):
        lines = path.read_text().splitlines()
        limit = HEADER_LIMIT if path.parts[0] == "include" else FILE_LIMIT
        if len(lines) > limit:
            print(f"{path}: {len(lines)} lines, {limit} allowed")
            bad = True
        for number, body in functions(lines):
            length = len(body) - flat_switch_lines(body)
            if length > FUNCTION_LIMIT:
                print(f"{path}:{number}: function of {length} lines, {FUNCTION_LIMIT} allowed: {body[0].strip()}")
                bad = True
    if bad:
        print("cure: split the file by responsibility, the function by step; name each piece after what it does")
    return bad


sys.exit(main())
