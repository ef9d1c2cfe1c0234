import pytest

from c2a import claims, scale


@pytest.fixture
def make(monkeypatch):
    def make(passed=True, found="5 against 3", **options):
        shown = []
        monkeypatch.setattr(claims, "display", lambda data, raw: shown.append(data))
        claims.claim("conv-sharing", passed, verdict="holds", found=found, **options)
        (bundle,) = shown
        return bundle

    return make


@pytest.fixture(autouse=True)
def restore_scale():
    yield
    scale.set_scale("cpu")


def test_a_claim_is_stored_with_what_was_found(make):
    record = make()[claims.MIME]
    assert record == {
        "id": "conv-sharing",
        "verdict": "holds",
        "found": "5 against 3",
        "judged": True,
    }


def test_a_claim_shows_mean_and_sample_deviation_over_seeds(make):
    bundle = make(values=[0.9, 0.8, 1.0])
    assert bundle[claims.MIME]["mean"] == 0.9
    assert bundle[claims.MIME]["spread"] == 0.1
    assert bundle[claims.MIME]["n"] == 3
    assert "mean 0.900, standard deviation 0.100, n = 3" in bundle["text/plain"]


def test_a_claim_that_fails_raises_and_shows_nothing(make):
    with pytest.raises(claims.ClaimError, match="does not support it: 5 against 3"):
        make(passed=False)


def test_smoke_scale_judges_nothing_and_says_so(make):
    scale.set_scale("smoke")
    bundle = make(passed=False)
    assert bundle[claims.MIME]["judged"] is False
    assert "not judged" in bundle["text/html"]


def test_what_was_found_is_escaped(make):
    assert "<script>" not in make(found="<script>")["text/html"]
