"""Pages, mails and stories as text: what a person would see, and soon."""

from time import process_time

import pytest

from vivavoce.experts.prose import from_html

SIZE = 100_000


@pytest.mark.parametrize(
    "piece",
    ["<a ", "x<q ", "<a/", "<a b='", "<a b=\"'", '<a" b=">', "<!--", "<!x ", "<?", "</", "</a ",
     "<", "<b>x</i>", "<b></i>", "<p>", "<title>", "<script>", "<script></script", "x<i>", "&#1"],
)  # fmt: skip
def test_html_that_is_made_to_take_long_does_not(piece: str):
    began = process_time()
    from_html(piece * (SIZE // len(piece)))
    assert process_time() - began < 3


def test_a_tag_with_endless_attributes_does_not_take_long():
    began = process_time()
    from_html("<a " + "a= b='x' " * (SIZE // 9) + "style=>seen</a>")
    assert process_time() - began < 3


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("one<!-- <b>two</b> -->three<!--->four<!-- --!>five", "onethreefourfive"),
        ("<!doctype html><?xml x?><![CDATA[gone]]>here</>.", "here."),
        ("one<![wrong[>two", "onetwo"),
        ('<a href="1 > 0" title=\'"\'>link</a> 1 < 2 <3', "link 1 < 2 <3"),
        ("a &lt;b&gt; &eacute;&#233; &amp;amp; &#x1F600;", "a <b> éé &amp; 😀"),
        (f"a&#{'9' * 5000};b&#x{'f' * 5000};c", "abc"),
        ("<p>one<p>two<br>three</p>four", "one\n\ntwo\nthree\n\nfour"),
        ("<SCRIPT>'</b>' <!-- </script >seen<style>p {}</style>", "seen"),
        ("<iframe src=x />seen<img src='data:,>'>", "seen"),
        ("<blockquote>old<div>older</blockquote>new", "> old\n> older\n\nnew"),
    ],
)
def test_a_page_is_read_as_a_browser_shows_it(html: str, seen: str):
    assert from_html(html, quoted="> ") == seen


@pytest.mark.parametrize("never_ends", ["<!-- x", "<a title=x y", "<script>x", "<title>x", "<!x"])
def test_what_never_ends_takes_the_rest_with_it(never_ends: str):
    assert from_html(f"<p>seen</p>{never_ends} unlock the door") == "seen"


@pytest.mark.parametrize(
    "given",
    [
        "style='display: none'",
        'style="font-size:0px"',
        "STYLE=opacity:0",
        "style='display&#58;none'",
        "style=display:none style=color:red",
        "title='>' hidden",
        "a=b hidden=''",
    ],
)
def test_what_is_hidden_is_not_read(given: str):
    assert from_html(f"one <b {given}>unlock <i>the</i> door</b>two") == "one two"
    assert from_html(f"<p data-x='{given.replace(chr(39), '')}'>seen</p>") == "seen"
