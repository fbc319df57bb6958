# Alarms with their limits, on and off; a dashboard with every figure.

mock_provider "aws" {
  source = "../postroom/tests/mocks"
}

variables {
  name                     = "postroom-example"
  namespace                = "Postroom"
  alerts_topic_arn         = "arn:aws:sns:us-east-1:123456789012:postroom-example-alerts"
  alarms                   = true
  dashboard                = true
  queue_names              = { sending = "postroom-example-sending" }
  dlq_names                = { sending = "postroom-example-sending-dlq" }
  function_names           = { sending = "postroom-example-sending", web = "postroom-example" }
  database                 = { name = "postroom-example", is_aurora = false }
  database_max_connections = 80
  canary_s                 = 7200
  gmail                    = true
}

run "limits" {
  command = plan

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.threshold } == {
      bounce-rate          = 0.05
      complaint-rate       = 0.001
      sending-paused       = 0
      token-warning        = 86400
      token-critical       = 21600
      canary-missing       = 1
      dlq-sending          = 0
      age-sending          = 900
      errors-sending       = 2
      errors-web           = 2
      database-connections = 64
    }
    error_message = "Alarms ring at what docs/monitoring.md says."
  }

  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.this : name if alarm.comparison_operator == "LessThanThreshold"] == ["canary-missing", "token-critical", "token-warning"]
    error_message = "Only time that runs out and test mails that stay away ring for too little."
  }

  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.this : name if alarm.treat_missing_data == "breaching"] == ["canary-missing"]
    error_message = "Only test mails ring for silence."
  }

  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions == tomap({ Installation = "postroom-example" }) if alarm.namespace == "Postroom"])
    error_message = "The portal's own figures are those of this installation."
  }

  assert {
    condition     = alltrue([for word in ["Send", "Delivery", "Bounce", "Complaint", "Reputation.BounceRate", "delivered", "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "postroom-example-sending-dlq", "Errors", "Duration", "gmail.consent_left_s", "smtp.login_works_count", "inbound.canary_ms"] : strcontains(aws_cloudwatch_dashboard.this[0].dashboard_body, "\"${word}\"")])
    error_message = "The dashboard shows every figure."
  }
}

run "nothing" {
  command = plan

  variables {
    alarms    = false
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) + length(aws_cloudwatch_dashboard.this) == 0
    error_message = "What is switched off is not made."
  }
}

run "without_database_gmail_and_test_mails" {
  command = plan

  variables {
    database = { name = "", is_aurora = false }
    canary_s = 0
    gmail    = false
  }

  assert {
    condition     = length([for name in keys(aws_cloudwatch_metric_alarm.this) : name if startswith(name, "token") || startswith(name, "canary") || startswith(name, "database")]) == 0
    error_message = "Nothing rings about what is not there."
  }
}
