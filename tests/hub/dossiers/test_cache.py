"""What was said of a code is kept for a minute, and no longer."""

from hypothesis import given, strategies as st

from hub.dossiers.base import Dossier, Found, NotFound
from hub.dossiers.cache import Cache
from shared.dossiers import DossierState
from shared.model import Instant


def found(code: str, as_of: int = 0) -> Found:
    dossier = Dossier(code, "1.012790", "Đính chính", DossierState.IN_WORK, None, None, None, "")
    return Found(dossier, Instant(as_of))


def test_an_answer_is_there_for_sixty_seconds_and_not_a_moment_longer() -> None:
    cache = Cache()
    cache.put("H41-260901-0028", found("H41-260901-0028"), 100.0)
    cache.put("H41-260901-0029", NotFound(), 100.0)
    assert cache.get("H41-260901-0028", 159.999) == found("H41-260901-0028")
    assert cache.get("H41-260901-0029", 159.999) == NotFound()
    assert cache.get("H41-260901-0028", 160.0) is None
    assert cache.get("H41-260901-0029", 160.0) is None


def test_asking_for_an_answer_makes_it_no_younger_and_a_new_answer_does() -> None:
    cache = Cache()
    cache.put("a", NotFound(), 0.0)
    assert cache.get("a", 59.0) == NotFound()
    assert cache.get("a", 61.0) is None
    cache.put("a", NotFound(), 61.0)
    cache.put("a", found("a", 7), 100.0)
    assert cache.get("a", 159.0) == found("a", 7)


def test_the_oldest_goes_when_there_are_too_many() -> None:
    cache = Cache(most=3)
    for now, code in enumerate("abcad"):
        cache.put(code, NotFound(), float(now))
    assert [code for code in "abcd" if cache.get(code, 5.0)] == ["a", "c", "d"]


def test_what_is_too_old_is_dropped_although_nobody_asks_for_it() -> None:
    cache = Cache()
    cache.put("a", NotFound(), 0.0)
    cache.put("b", NotFound(), 30.0)
    cache.forget(60.0)
    assert len(cache) == 1
    cache.clear()
    assert len(cache) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.booleans(),
            st.floats(0, 50, allow_nan=False),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_it_never_says_what_is_too_old_nor_keeps_too_many(
    steps: list[tuple[str, bool, float, bool]],
) -> None:
    cache, now = Cache(most=3), 0.0
    put: dict[str, tuple[float, Found | NotFound]] = {}
    for place, (code, is_put, passed, exists) in enumerate(steps):
        now += passed
        if is_put:
            put[code] = (now, found(code, place) if exists else NotFound())
            cache.put(code, put[code][1], now)
        else:
            answer = cache.get(code, now)
            assert answer is None or (answer == put[code][1] and now - put[code][0] < 60)
        assert len(cache) <= 3
