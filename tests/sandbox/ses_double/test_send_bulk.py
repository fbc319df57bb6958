"""SendBulkEmail as boto3 sees it: one result for each entry, in order."""

from __future__ import annotations

import pytest

from tests.factories.ses_calls import bulk_entry, bulk_send, statuses


def entries(count):
    return [bulk_entry(f"p{number}@example.org", values={"name": f"P{number}"}) for number in range(count)]


def test_results_come_in_the_order_of_the_entries(ses, double):
    reply = ses.send_bulk_email(**bulk_send(entries(50), subject="Hi {{name}}"))
    sent = {line["ses_message_id"]: line["subject"] for line in double.accepted()}
    ids = [result["MessageId"] for result in reply["BulkEmailEntryResults"]]
    assert [sent[ses_message_id] for ses_message_id in ids] == [f"Hi P{number}" for number in range(50)]


def test_an_entry_with_a_bad_address_does_not_stop_the_others(ses, double):
    reply = ses.send_bulk_email(**bulk_send([bulk_entry("no address"), bulk_entry("anna@example.org")]))
    assert statuses(reply) == ["INVALID_PARAMETER", "SUCCESS"]
    assert [line["address"] for line in double.accepted()] == ["anna@example.org"]


def test_a_tag_with_characters_that_ses_refuses_spoils_its_entry_only(ses):
    bad = bulk_entry(tags={"postroom_delivery": "7 8"})
    assert statuses(ses.send_bulk_email(**bulk_send([bad, bulk_entry()]))) == ["INVALID_PARAMETER", "SUCCESS"]


def test_default_tags_and_own_tags_are_both_logged(ses, double):
    call = bulk_send([bulk_entry(tags={"postroom_delivery": "7"})])
    ses.send_bulk_email(**call, DefaultEmailTags=[{"Name": "postroom_attempt", "Value": "3"}])
    [line] = double.accepted()
    assert (line["delivery"], line["attempt"]) == ("7", "3")


def test_a_missing_value_is_accepted_and_fails_at_rendering(ses, double):
    reply = ses.send_bulk_email(**bulk_send([bulk_entry(values={})], html="{{name}}"))
    assert statuses(reply) == ["SUCCESS"]
    assert double.accepted()[0]["outcome"] == "rendering_failure"


def test_a_stored_template_does_not_exist(ses):
    call = bulk_send(entries(1))
    call["DefaultContent"] = {"Template": {"TemplateName": "welcome", "TemplateData": "{}"}}
    with pytest.raises(ses.exceptions.NotFoundException, match="Template welcome does not exist"):
        ses.send_bulk_email(**call)


@pytest.mark.parametrize("count", [0, 51])
def test_a_call_has_one_to_fifty_entries(ses, count):
    with pytest.raises(ses.exceptions.BadRequestException, match="1 to 50 entries"):
        ses.send_bulk_email(**bulk_send(entries(count)))


def test_values_that_are_no_json_object_spoil_their_entry_only(ses):
    bad = bulk_entry()
    bad["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"] = "[1]"
    assert statuses(ses.send_bulk_email(**bulk_send([bad, bulk_entry()]))) == ["INVALID_PARAMETER", "SUCCESS"]


def test_a_sender_that_is_not_verified_refuses_the_whole_call(ses):
    with pytest.raises(ses.exceptions.MessageRejected):
        ses.send_bulk_email(**bulk_send(entries(2), sender="me@elsewhere.example"))


def test_above_the_rate_the_rest_of_the_call_is_throttled(ses, double):
    double.set_quota(max_send_rate=0.001)
    reply = ses.send_bulk_email(**bulk_send(entries(3)))
    assert statuses(reply) == ["SUCCESS", "ACCOUNT_THROTTLED", "ACCOUNT_THROTTLED"]
    [call] = double.calls("SendBulkEmail")
    assert (call["accepted_count"], call["throttled_count"]) == (1, 2)


def test_above_the_24_hour_quota_the_rest_of_the_call_is_refused(ses, double):
    double.set_quota(max_24_hour_send=2)
    reply = ses.send_bulk_email(**bulk_send(entries(3)))
    assert statuses(reply) == ["SUCCESS", "SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]
    with pytest.raises(ses.exceptions.LimitExceededException):
        ses.send_email(
            FromEmailAddress="news@postroom.example",
            Destination={"ToAddresses": ["anna@example.org"]},
            Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        )
