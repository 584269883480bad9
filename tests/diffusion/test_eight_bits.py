"""Products of whole numbers: exact, and the same bits whichever way is quickest."""

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from vivavoce.diffusion.network import eight_bits  # noqa: E402


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 64), (48, 96), (320, 256)])
def test_each_number_of_rows_gives_the_same_bits(outputs: int, inputs: int) -> None:
    draw = torch.Generator().manual_seed(outputs)
    weight = torch.randint(-127, 128, (outputs, inputs), generator=draw, dtype=torch.int8)
    scale = torch.rand(outputs, generator=draw)
    x = torch.randint(-127, 128, (17, inputs), generator=draw).float()
    ways = {eight_bits.way(rows) for rows in (1, 2, 9, 17)}
    if None in ways:
        assert ways == {None}
        pytest.skip("no product in eight bits on this CPU")
    told = [prepare(weight, scale)(x) for prepare in ways if prepare]
    assert all(torch.equal(told[0], other) for other in told)
    assert torch.equal(told[0][:1], next(iter(ways))(weight, scale)(x[:1]))  # type: ignore[misc]
    if eight_bits.weight_levels() == eight_bits.LEVELS:
        assert torch.equal(told[0], (x.double() @ weight.double().t()).float() * scale)


def test_a_way_that_saturates_is_found_out() -> None:
    def saturates(weight: Tensor, scale: Tensor) -> eight_bits.Multiply:
        return lambda x: (x @ weight.float().t()).clamp(max=2**15) * scale

    def exact(weight: Tensor, scale: Tensor) -> eight_bits.Multiply:
        return lambda x: (x @ weight.float().t()) * scale

    def missing(weight: Tensor, scale: Tensor) -> eight_bits.Multiply:
        raise AttributeError("'_OpNamespace' 'onednn' object has no attribute 'qlinear_prepack'")

    assert eight_bits.exact(exact)
    assert not eight_bits.exact(saturates)
    assert not eight_bits.exact(missing)
