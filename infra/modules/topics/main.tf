# Topics: what SES says of mail sent, what it says of mail received, and alerts for people.

data "aws_caller_identity" "current" {}

locals {
  # Topic to the AWS service that writes to it.
  topics = {
    ses-events = "ses.amazonaws.com"
    inbound    = "ses.amazonaws.com"
    alerts     = "cloudwatch.amazonaws.com"
  }
}

resource "aws_sns_topic" "this" {
  for_each = local.topics

  name = "${var.name}-${each.key}"
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.topics

  arn = aws_sns_topic.this[each.key].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneWriter"
      Effect    = "Allow"
      Principal = { Service = each.value }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this[each.key].arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

# Raw: the event is the whole body of the message.
resource "aws_sns_topic_subscription" "queues" {
  for_each = var.subscribed_queues

  topic_arn            = aws_sns_topic.this[each.key].arn
  protocol             = "sqs"
  endpoint             = each.value
  raw_message_delivery = true
}

resource "aws_sns_topic_subscription" "emails" {
  for_each = var.alert_emails

  topic_arn = aws_sns_topic.this["alerts"].arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "telephones" {
  for_each = var.alert_phone_numbers

  topic_arn = aws_sns_topic.this["alerts"].arn
  protocol  = "sms"
  endpoint  = each.key
}
