from __future__ import annotations

import pytest

from campaigns.messages.markdown import render_markdown
from campaigns.messages.text_part import text_from_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Dear {{ a }},</p><p>hello\n  world</p>", "Dear {{ a }},\n\nhello world\n"),
        ('<a href="https://x.org">Our site</a>', "Our site (https://x.org)\n"),
        ('<a href="{{ url }}">Yes</a>', "Yes ({{ url }})\n"),
        ('<a href="{{ url | default: "x" }}">Yes</a>', 'Yes ({{ url | default: "x" }})\n'),
        ('<a href="https://x.org">https://x.org</a>', "https://x.org\n"),
        ('<a href="mailto:a@x.org">a@x.org</a> <a href="#top">up</a>', "a@x.org up\n"),
        ('<a href="https://x.org"><img src="a.png" alt="Logo"></a>', "Logo (https://x.org)\n"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>after", "- a\n- b\n  - c\n\nafter\n"),
        ("<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n2. b\n"),
        ("<blockquote><p>wise</p><p>words</p></blockquote>", "> wise\n\n> words\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("a<br>b<br/>c<hr>d", "a\nb\nc\n\n" + "-" * 40 + "\n\nd\n"),
        ("<style>p {}</style><title>x</title><script>y</script><p>z</p>", "z\n"),
        ('<div style="display:none">peek</div><p>z</p>', "z\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("5 &lt; 6 &amp; x&nbsp;y", "5 < 6 & x\u00a0y\n"),
        ("<p>a</p>{% if b %}<p>c</p>{% endif %}<p>d</p>", "a\n\n{% if b %}c\n\n{% endif %}d\n"),
        ("</p></a></ul></blockquote></pre>x", "x\n"),
        ("&#123;&#123; a }}", "{% raw %}{{{% endraw %} a }}\n"),
    ],
)
def test_text_is_derived_from_html(html, text):
    assert text_from_html(html) == text


def test_text_is_derived_from_markdown():
    source = '# Hi\n\nRead *this*:\n\n1. one\n2. two\n\n[Yes]({{ url }} "button")\n'
    assert text_from_html(render_markdown(source)) == "Hi\n\nRead this:\n\n1. one\n2. two\n\nYes ({{ url }})\n"
