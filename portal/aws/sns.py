"""Amazon SNS: one message to one topic."""

from __future__ import annotations

from portal.aws.session import client, translated

MAX_SUBJECT = 100  # SNS: fewer than 100 printable ASCII characters, no line break


def publish_message(topic_arn: str, *, subject: str, text: str, attributes: dict[str, str]) -> str:
    """Publish to the topic; returns SNS's message id. Raises OutsideError.

    The SDK's own retries may publish twice: `attributes` should name the thing, so that readers see it.
    """
    with translated("sns"):
        answer = client("sns").publish(
            TopicArn=topic_arn,
            Subject=plain_subject(subject),
            Message=text,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
            },
        )
    return str(answer["MessageId"])


def plain_subject(subject: str) -> str:
    """As SNS takes it: ASCII, one line, shorter than 100 characters."""
    ascii_text = subject.encode("ascii", "replace").decode()
    return "".join(char if char.isprintable() else " " for char in ascii_text)[: MAX_SUBJECT - 1]
