# Alarms. Rates of bounces and complaints are fractions in CloudWatch. Each says what missing data means: only the test mail's
# rings for silence.

locals {
  database_dimension = var.database.is_aurora ? "DBClusterIdentifier" : "DBInstanceIdentifier"

  reputation = {
    bounce-rate    = { metric = "Reputation.BounceRate", limit = 0.05, text = "More than 5 percent of the mail bounces. SES looks at accounts above 5 and may stop them above 10 percent." }
    complaint-rate = { metric = "Reputation.ComplaintRate", limit = 0.001, text = "More than 0.1 percent of the recipients complain. SES may stop the account above 0.5 percent." }
  }

  # The portal's own figures.
  figures = merge(
    {
      sending-paused = { metric = "sending.paused_count", limit = 0, text = "SES has paused sending of this account: look at the account's page, and at AWS's mail about it." }
    },
    var.gmail ? {
      token-warning  = { metric = "gmail.consent_left_s", statistic = "Minimum", limit = 24 * 3600, period_s = 900, below = true, text = "A Gmail account's permission ends within 24 hours: connect it again." }
      token-critical = { metric = "gmail.consent_left_s", statistic = "Minimum", limit = 6 * 3600, period_s = 900, below = true, text = "A Gmail account's permission ends within 6 hours; its mail will wait." }
    } : {},
    var.canary_s > 0 ? {
      canary-missing = { metric = "inbound.canary_ms", statistic = "SampleCount", limit = 1, period_s = var.canary_s, below = true, missing = "breaching", text = "No test mail has come the whole way in: look at the page Test mails." }
    } : {},
  )

  # What an alarm does not say is as in `usual`.
  usual = { dimensions = {}, statistic = "Maximum", limit = 0, period_s = 300, times = 1, below = false, missing = "notBreaching" }

  alarms = merge(
    { for name, about in local.reputation : name => merge(about, { namespace = "AWS/SES", period_s = 3600, missing = "ignore" }) },
    { for name, about in local.figures : name => merge(about, { namespace = var.namespace, dimensions = { Installation = var.name } }) },
    { for queue, name in var.dlq_names : "dlq-${queue}" => {
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = name }
      text       = "Messages that could not be worked on lie in ${name}: look at the page Failures."
    } },
    { for queue, name in var.queue_names : "age-${queue}" => {
      namespace  = "AWS/SQS"
      metric     = "ApproximateAgeOfOldestMessage"
      dimensions = { QueueName = name }
      limit      = var.oldest_message_s
      times      = 2
      text       = "${name} is not worked on: its oldest message waits for more than ${floor(var.oldest_message_s / 60)} minutes."
    } },
    { for function, name in var.function_names : "errors-${function}" => {
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = name }
      statistic  = "Sum"
      limit      = 2
      times      = 2
      text       = "${name} fails: read its log."
    } },
    var.database.name == "" ? {} : { database-connections = {
      namespace  = "AWS/RDS"
      metric     = "DatabaseConnections"
      dimensions = { (local.database_dimension) = var.database.name }
      limit      = floor(var.database_max_connections * 0.8)
      times      = 2
      text       = "The database has four fifths of the connections that it takes."
    } },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, about in local.alarms : name => merge(local.usual, about) if var.alarms }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period_s
  evaluation_periods  = each.value.times
  threshold           = each.value.limit
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  treat_missing_data  = each.value.missing
  alarm_actions       = [var.alerts_topic_arn]
  ok_actions          = [var.alerts_topic_arn]
}
