# Every queue of the table with its dead-letter queue. Policies and redrive stand inside the queues: as resources of their
# own each would take another half minute.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  arn_start   = "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"
  queue_arns  = { for queue in keys(var.queues) : queue => "${local.arn_start}:${var.name}-${queue}" }
  retention_s = 14 * 24 * 3600
}

resource "aws_sqs_queue" "dead" {
  for_each = var.queues

  name                      = "${var.name}-${each.value.dlq_name}"
  message_retention_seconds = local.retention_s
  sqs_managed_sse_enabled   = true

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arns[each.key]]
  })
}

resource "aws_sqs_queue" "this" {
  for_each = var.queues

  name                       = "${var.name}-${each.key}"
  visibility_timeout_seconds = each.value.visibility_timeout_s
  message_retention_seconds  = local.retention_s
  receive_wait_time_seconds  = 10
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = each.value.max_receives
  })

  policy = contains(keys(var.writers), each.key) ? jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneWriter"
      Effect    = "Allow"
      Principal = { Service = var.writers[each.key].service }
      Action    = "sqs:SendMessage"
      Resource  = local.queue_arns[each.key]
      Condition = { ArnEquals = { "aws:SourceArn" = var.writers[each.key].source_arn } }
    }]
  }) : null

  # The portal notes on the queue for maintenance how far it has come.
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}
