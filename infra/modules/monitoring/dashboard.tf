# One page for all that matters, two charts a row.

data "aws_region" "current" {}

locals {
  charts = [
    { title = "Mail: sent, delivered", stat = "Sum", metrics = [for metric in ["Send", "Delivery"] : ["AWS/SES", metric]] },
    { title = "Mail: bounces, complaints, refused", stat = "Sum", metrics = [for metric in ["Bounce", "Complaint", "Reject"] : ["AWS/SES", metric]] },
    { title = "Rates of bounces and complaints (fractions)", stat = "Maximum", metrics = [for metric in ["Reputation.BounceRate", "Reputation.ComplaintRate"] : ["AWS/SES", metric]] },
    { title = "Delivered of sent, percent", stat = "Sum", metrics = [
      [{ expression = "100 * delivered / sent", label = "delivered" }],
      ["AWS/SES", "Delivery", { id = "delivered", visible = false }],
      ["AWS/SES", "Send", { id = "sent", visible = false }],
    ] },
    { title = "Queues: messages waiting", stat = "Maximum", metrics = [for name in values(var.queue_names) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]] },
    { title = "Queues: age of the oldest message (s)", stat = "Maximum", metrics = [for name in values(var.queue_names) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]] },
    { title = "Dead-letter queues", stat = "Maximum", metrics = [for name in values(var.dlq_names) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]] },
    { title = "Functions: errors", stat = "Sum", metrics = [for name in values(var.function_names) : ["AWS/Lambda", "Errors", "FunctionName", name]] },
    { title = "Functions: duration, 95th percentile (ms)", stat = "p95", metrics = [for name in values(var.function_names) : ["AWS/Lambda", "Duration", "FunctionName", name]] },
    { title = "Gmail: time until a permission ends (s)", stat = "Minimum", metrics = [[var.namespace, "gmail.consent_left_s", "Installation", var.name]] },
    { title = "SMTP: logins that worked (1) or not (0)", stat = "Average", metrics = [[var.namespace, "smtp.login_works_count", "Installation", var.name]] },
    { title = "Test mails: time of the whole way (ms)", stat = "Maximum", metrics = [[var.namespace, "inbound.canary_ms", "Installation", var.name]] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [for place, chart in local.charts : {
      type   = "metric"
      x      = 12 * (place % 2)
      y      = 6 * floor(place / 2)
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        region  = data.aws_region.current.name
        view    = "timeSeries"
        stacked = false
        stat    = chart.stat
        period  = 300
        metrics = chart.metrics
      }
    }]
  })
}
