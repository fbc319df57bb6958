# Alarms. Rates of bounces and complaints are fractions in CloudWatch. Where something is missing, that is said by what each
# alarm does with missing data.

locals {
  own = { Installation = var.name }

  reputation = {
    bounce-rate    = { metric = "Reputation.BounceRate", limit = 0.05, text = "More than 5 percent of the mail bounces. SES looks at accounts above 5 and may stop them above 10 percent." }
    complaint-rate = { metric = "Reputation.ComplaintRate", limit = 0.001, text = "More than 0.1 percent of the recipients complain. SES may stop the account above 0.5 percent." }
  }

  # The portal's own figures: name, statistic, limit, period, comparison, what missing data means.
  figures = merge(
    {
      sending-paused = { metric = "sending.paused_count", statistic = "Maximum", limit = 0, period_s = 300, below = false, missing = "notBreaching", text = "SES has paused sending of this account: look at the account's page, and at AWS's mail about it." }
    },
    var.gmail ? {
      token-warning  = { metric = "gmail.consent_left_s", statistic = "Minimum", limit = 24 * 3600, period_s = 900, below = true, missing = "notBreaching", text = "A Gmail account's permission ends within 24 hours: connect it again." }
      token-critical = { metric = "gmail.consent_left_s", statistic = "Minimum", limit = 6 * 3600, period_s = 900, below = true, missing = "notBreaching", text = "A Gmail account's permission ends within 6 hours; its mail will wait." }
    } : {},
    var.canary_s > 0 ? {
      canary-missing = { metric = "inbound.canary_ms", statistic = "SampleCount", limit = 1, period_s = var.canary_s, below = true, missing = "breaching", text = "No test mail has come the whole way in: look at the page Test mails." }
    } : {},
  )

  database_dimension = var.database.is_aurora ? "DBClusterIdentifier" : "DBInstanceIdentifier"
}

resource "aws_cloudwatch_metric_alarm" "reputation" {
  for_each = var.alarms ? local.reputation : {}

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = "AWS/SES"
  metric_name         = each.value.metric
  statistic           = "Maximum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = each.value.limit
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "ignore"
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "figures" {
  for_each = var.alarms ? local.figures : {}

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = var.namespace
  metric_name         = each.value.metric
  dimensions          = local.own
  statistic           = each.value.statistic
  period              = each.value.period_s
  evaluation_periods  = 1
  threshold           = each.value.limit
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  treat_missing_data  = each.value.missing
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = var.alarms ? var.dlq_names : {}

  alarm_name          = "${var.name}-dlq-${each.key}"
  alarm_description   = "Messages that could not be worked on lie in ${each.value}: look at the page Failures."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "oldest_message" {
  for_each = var.alarms ? var.queue_names : {}

  alarm_name          = "${var.name}-age-${each.key}"
  alarm_description   = "${each.value} is not worked on: its oldest message waits for more than ${floor(var.oldest_message_s / 60)} minutes."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  threshold           = var.oldest_message_s
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = var.alarms ? var.function_names : {}

  alarm_name          = "${var.name}-errors-${each.key}"
  alarm_description   = "${each.value} fails: read its log."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  threshold           = 2
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "connections" {
  count = var.alarms && var.database.name != "" ? 1 : 0

  alarm_name          = "${var.name}-database-connections"
  alarm_description   = "The database has four fifths of the connections that it takes."
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  dimensions          = { (local.database_dimension) = var.database.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  threshold           = floor(var.database_max_connections * 0.8)
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}
