# Worker functions: one per group of queues, from the package of the web function, each with a handler of its own.

locals {
  functions = var.package.file == "" ? {} : var.functions

  mappings = merge([
    for function, about in local.functions : {
      for queue, mapping in about.mappings : queue => merge(mapping, { function = function })
    }
  ]...)

  schedules = merge([
    for function, about in local.functions : {
      for task, schedule in about.schedules : task => merge(schedule, { function = function })
    }
  ]...)
}

resource "aws_s3_object" "package" {
  count = var.package.file == "" ? 0 : 1

  bucket      = var.package.bucket
  key         = "workers/${filesha256(var.package.file)}.zip"
  source      = var.package.file
  source_hash = filesha256(var.package.file)
}

# Made before the function writes its first line, which would make it without an end.
resource "aws_cloudwatch_log_group" "this" {
  for_each = var.functions

  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name    = "${var.name}-${each.key}"
  description      = "Postroom: ${join(", ", keys(each.value.mappings))}"
  role             = var.role_arns[each.key]
  handler          = each.value.handler
  runtime          = var.runtime
  architectures    = [var.arm64 ? "arm64" : "x86_64"]
  timeout          = each.value.timeout_s
  memory_size      = each.value.memory_mb
  layers           = var.layer_arns
  s3_bucket        = aws_s3_object.package[0].bucket
  s3_key           = aws_s3_object.package[0].key
  source_code_hash = filebase64sha256(var.package.file)

  reserved_concurrent_executions = var.reserve ? each.value.max_connections : -1

  environment {
    variables = var.environment
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  dynamic "vpc_config" {
    for_each = length(var.network.subnet_ids) > 0 ? [var.network] : []

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  depends_on = [aws_cloudwatch_log_group.this]
}

# Without ReportBatchItemFailures a batch of which one message failed would be deleted whole, or come again whole.
resource "aws_lambda_event_source_mapping" "this" {
  for_each = local.mappings

  function_name                      = aws_lambda_function.this[each.value.function].arn
  event_source_arn                   = var.queue_arns[each.key]
  enabled                            = var.enabled
  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.window_s
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = each.value.max_concurrency
  }
}
