"""Goals 1, 2 and 5: the cost of each operation of each shape for every contender."""
import server


def microseconds(seconds):
    return f"{seconds * 1e6:,.0f}"


def milliseconds(seconds):
    return f"{seconds * 1e3:,.1f}"


def ratio(ours, other):
    return f"{ours / other:.2f}" if other > 0 else "–"


def row_of(shape, operation, unit, refresh):
    """One line: what the operation costs bare, and what each contender adds to that."""
    samples = {contender: shape.samples.get((operation.name, contender)) for contender in ("bare", "row", "statement", "ours", "ivm")}
    samples = {contender: sample for contender, sample in samples.items() if sample and sample.times}
    bare = samples["bare"].median()
    added = {contender: sample.median() - bare for contender, sample in samples.items() if contender != "bare"}
    hand = min((added[kind], kind) for kind in ("row", "statement") if kind in added)
    numbers = [shape.name.upper(), operation.name, unit(bare)]
    numbers += [("> " if samples[kind].given_up else "") + unit(added[kind]) if kind in added else "–" for kind in ("row", "statement", "ours", "ivm")]
    numbers += [milliseconds(refresh), ratio(added["ours"], hand[0]), ratio(added["ours"], added["ivm"]) if "ivm" in added else "–"]
    best = samples[hand[1]]
    for number in ("mean_blocks", "mean_wal"):
        numbers.append(" / ".join(f"{getattr(sample, number)():,.0f}" for sample in (samples["bare"], best, samples["ours"])))
    return numbers


HEADER = ["shape", "operation", "bare", "by row", "by statement", "TVIEW", "pg_ivm", "REFRESH, ms", "TVIEW : best by hand",
          "TVIEW : pg_ivm", "blocks bare / hand / TVIEW", "WAL bytes bare / hand / TVIEW"]


def measure(shapes, options):
    """Runs the shapes one after the other; returns (single-row lines, bulk lines, remarks, lines of the oracle)."""
    single, bulk, remarks, verdicts = [], [], [], []
    for shape in shapes:
        shape.prepare()
        for contender, reason in shape.refused.items():
            remarks.append(f"{shape.name.upper()}: {contender} refuses or is missing: {reason}")
        refresh = min(shape.refresh_seconds() for _ in range(2))
        if options.wants("single"):
            shape.measure("single", options.rounds, options.transactions)
            single += [row_of(shape, o, microseconds, refresh) for o in shape.operations if o.kind == "single"]
        if options.wants("bulk"):
            shape.measure("bulk", options.bulk_rounds, 1)
            bulk += [row_of(shape, o, milliseconds, refresh) for o in shape.operations if o.kind == "bulk"]
        verdicts += [[shape.name.upper(), contender, str(shape.differences(contender))] for contender in shape.contenders if contender != "bare"]
        for line in single[-len(shape.operations):] + bulk[-len(shape.operations):]:
            if line[0] == shape.name.upper():
                print("  ".join(line), flush=True)
        print("  ".join("/".join(verdict) for verdict in verdicts[-4:]), flush=True)
        shape.drop()
    return single, bulk, remarks, verdicts
