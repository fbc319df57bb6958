output "alarm_names" {
  description = "Every alarm."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.reputation : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.figures : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.dead_letters : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.oldest_message : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.errors : alarm.alarm_name],
    aws_cloudwatch_metric_alarm.connections[*].alarm_name,
  ))
}

output "metrics" {
  description = "The portal's own figures that alarms and dashboard read."
  value       = distinct([for figure in values(local.figures) : figure.metric])
}
