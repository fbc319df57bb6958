# The schedule: a rule per task, whose input names it.

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.schedules

  name                = "${var.name}-${replace(each.key, ".", "-")}"
  description         = "Postroom: ${each.key}"
  state               = var.enabled ? "ENABLED" : "DISABLED"
  schedule_expression = each.value.every_s == 60 ? "rate(1 minute)" : "rate(${floor(each.value.every_s / 60)} minutes)"
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.schedules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "function"
  arn       = aws_lambda_function.this[each.value.function].arn
  input     = jsonencode({ source = "postroom.schedule", task = each.key })

  # The next tick does what this one could not.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

# Lambda itself would otherwise try a tick three times, and keep one that it has no room for six hours long.
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = aws_lambda_function.this

  function_name                = each.value.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_lambda_permission" "schedule" {
  for_each = local.schedules

  statement_id  = "schedule-${replace(each.key, ".", "-")}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.value.function].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}
