"""What lives along a path: the working set and its Gram block, and counters of work."""

from dataclasses import dataclass, fields

import numpy as np

from .squares.spectrum import of_features, of_rows

_KEPT = 1 << 21  # doubles of gathered columns worth keeping: 16 MiB
_CLOSE = 1e-2  # relative change of a curvature within which a Hessian serves again
_CHEAP = 1 << 20  # products in a Hessian that costs next to nothing: always formed anew


@dataclass
class Work:
    """Work done so far; tests count these instead of seconds."""

    passes: int = 0  # full passes over X
    epochs: int = 0  # sweeps of coordinate descent over the working set
    proximal_steps: int = 0  # where a penalty states its prox and no more
    newton_steps: int = 0
    cg_steps: int = 0  # of conjugate gradients
    exhausted: int = 0  # searches by these that ran out of steps, and models that ran out of them
    operations: int = 0  # multiplications and additions of both on columns, where there is no Gram block
    factorisations: int = 0
    thin_hessians: int = 0  # formed from some of the rows
    gram_columns: int = 0  # columns, or rows, for which a row of a matrix of inner products was formed

    def since(self, before):
        """What was done after `before`, in words."""
        counts = {f.name: getattr(self, f.name) - getattr(before, f.name) for f in fields(self)}
        return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


class Workspace:
    """Kept by one design, weights and loss; penalties, strengths and targets may change."""

    def __init__(self):
        self.work = Work()
        self.members = np.empty(0, dtype=np.intp)  # coordinates of the working set
        self._cached = np.empty(0, dtype=np.intp)  # coordinates whose Gram block is formed, in order
        self._place = {}  # where each of them stands in it
        self._gram = np.empty((0, 0))
        self._columns = np.empty(
            (0, 0)
        )  # their columns times the root of the weights, while few; else None
        self._hessian = None  # (members, curvature, block) of a loss whose curvature varies
        # members, all coordinates, number of free ones, what these make together
        self._around = (None,) * 4
        self._restricted = None  # (features of members, design of them alone, where each stands in it)
        self.thin = None  # `Thin`, once it was wanted
        self._squares = np.empty(0)  # weighted squares of columns, nan where not yet wanted
        self._outer = None  # (scale of the features, inner products of all rows in it)
        self._spectrum = None  # (factors, whether of the rows, `Spectrum`)

    def anew(self):
        """An empty one for another design, that counts work with this."""
        made = Workspace()
        made.work = self.work
        return made

    def gram(self, design, weights):
        """Gram block of the members for a loss of constant curvature, formed once per column."""
        m = self.members.size
        if m == self._cached.size and np.array_equal(self.members, self._cached):
            return self._gram[:m, :m]
        if m == design.shape[1] and self._cached.size == 0:
            self.adopt(design.gram(self.members, weights))
            self.work.gram_columns += m
            return self._gram
        new = [j for j in self.members.tolist() if j not in self._place]
        if new:
            self._extend(np.array(new, dtype=np.intp), design, weights)
        place = self._places()
        if m == self._cached.size and np.array_equal(place, np.arange(m)):
            return self._gram[:m, :m]
        return self._gram.take(place, axis=0).take(place, axis=1)

    def whole_gram(self, design, weights):
        """The same of all columns, which become the members."""
        self.members = np.arange(design.shape[1])
        return self.gram(design, weights)

    def outer(self, design, scale):
        """Inner products of all rows (n, n), each feature times its entry of `scale`; formed once."""
        if self._outer is None or not np.array_equal(self._outer[0], scale):
            self._outer = scale, design.outer(scale)
            self.work.gram_columns += design.shape[0]
        return self._outer[1]

    def spectrum(self, design, weights, factor, rows):
        """The `Spectrum` of ridge regression on the side of the rows, or of the features; formed once."""
        found = self.known_spectrum(factor, rows)
        if found is None:
            if rows:
                found = of_rows(self.outer(design, 1.0 / factor), np.sqrt(weights), design.centred)
            else:
                found = of_features(self.whole_gram(design, weights), factor)
            self._spectrum = factor, rows, found
            self.work.factorisations += 1
        return found

    def known_spectrum(self, factor, rows):
        """The same, or None where it is not at hand."""
        known = self._spectrum
        if known is None or known[1] is not rows or not np.array_equal(known[0], factor):
            return None
        return known[2]

    def columns(self):
        """Columns of the members times the root of the weights, (m, n); None where not at hand."""
        m = self.members.size
        if self._columns is None or m == 0 or not set(self.members.tolist()) <= self._place.keys():
            return None
        place = self._places()
        return self._columns[:m] if np.array_equal(place, np.arange(m)) else self._columns[place]

    def coordinates(self, everything, free):
        """Those of the members, and behind them `free` ones for intercepts."""
        members, whole, count, found = self._around
        if members is not self.members or whole is not everything or count != free:
            found = everything.take(self.members)
            found = found.with_free(free) if free else found
            self._around = self.members, everything, free, found
        return found

    def keep(self, curvature, floating, hessian):
        """Remember the Hessian of the members at a `curvature` (d, a) of the loss, its shifts pinned."""
        self._hessian = self.members, curvature, floating, hessian
        self.work.gram_columns += self.members.size

    def recall(self, curvature, floating):
        """The Hessian kept, if it is of these members at about this curvature; else None.

        One that is off by a factor of 1 + c still makes the error of each step c times that of the last.
        """
        if self._hessian is None:
            return None
        members, kept, pinned, hessian = self._hessian
        dear = members.size**2 * kept[0].size >= _CHEAP
        same = dear and members is self.members and np.array_equal(pinned, floating)
        if same and all(_close(old, new) for old, new in zip(kept, curvature, strict=True)):
            return hessian
        self._hessian = None  # not to be held beside the next one
        return None

    def restricted(self, design, features):
        """(the design of these features alone, where each of them stands in it), features of members."""
        known = self._restricted
        if known is None or not np.array_equal(known[0], features):
            used, places = np.unique(features, return_inverse=True)
            part = design if used.size == design.shape[1] else design.restrict(used)
            self._restricted = known = features, part, places
        return known[1:]

    def squares(self, features, design, weights):
        """Weighted squares of some columns, formed once."""
        if self._squares.size == 0:
            self._squares = np.full(design.shape[1], np.nan)
        new = features[np.isnan(self._squares[features])]
        if new.size:
            self._squares[new] = design.squares(new, weights)
        return self._squares[features]

    def adopt(self, gram):
        """Take a complete Gram matrix, formed elsewhere with this design and weights."""
        p = gram.shape[0]
        self._gram, self._cached, self._columns = gram, np.arange(p), None
        self._place = dict(zip(range(p), range(p), strict=True))

    def _places(self):
        """Where the members stand in the Gram block."""
        return np.fromiter(map(self._place.__getitem__, self.members.tolist()), np.intp, self.members.size)

    def _extend(self, new, design, weights):
        old, m = self._cached.size, self._cached.size + new.size
        self._cached = np.append(self._cached, new)
        self._place.update(zip(new.tolist(), range(old, m), strict=True))
        if m > self._gram.shape[0]:
            grown = np.empty((max(m, min(2 * old, design.shape[1])),) * 2)
            grown[:old, :old] = self._gram[:old, :old]
            self._gram = grown
        block = self._cross_products(new, old, m, design, weights)
        self._gram[old:m, :m] = block
        self._gram[:old, old:m] = block[:, :old].T
        self.work.gram_columns += new.size

    def _cross_products(self, new, old, m, design, weights):
        """Rows old..m of the Gram block. Dense columns already gathered are kept while they are small."""
        n = design.shape[0]
        if not hasattr(design, "columns") or m * n > _KEPT or self._columns is None:
            self._columns = None
            return design.gram(self._cached, weights, start=old)
        if m > self._columns.shape[0]:
            grown = np.empty((min(max(m, 2 * old), max(m, _KEPT // n)), n))
            if old:
                grown[:old] = self._columns[:old]
            self._columns = grown
        self._columns[old:m] = design.columns(new, np.sqrt(weights))
        return self._columns[old:m] @ self._columns[:m].T


def _close(old, new):
    """Whether each entry is within a factor of 1 + _CLOSE. Both may be None."""
    if old is None or new is None:
        return old is new
    return bool(np.all(np.abs(new - old) <= _CLOSE * old))
