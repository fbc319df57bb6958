# Functions in and outside of the network, driven or still, and workers on ECS: on and off.

mock_provider "aws" {
  source = "../postroom/tests/mocks"
}

variables {
  name = "postroom-example"
  functions = {
    sending = {
      handler         = "workers.handlers.entries.sending"
      timeout_s       = 600
      memory_mb       = 512
      mappings        = { sending = { batch_size = 1, window_s = 0, max_concurrency = 5 } }
      schedules       = { "maintenance.sweep" = { every_s = 60 } }
      max_connections = 6
    }
  }
  queue_arns         = { sending = "arn:aws:sqs:us-east-1:123456789012:postroom-example-sending" }
  role_arns          = { sending = "arn:aws:iam::123456789012:role/postroom-example-sending", celery = "arn:aws:iam::123456789012:role/postroom-example-celery" }
  package            = { file = "./outputs.tf", bucket = "postroom-example-packages" }
  enabled            = true
  environment        = { QUEUE_PREFIX = "postroom-example" }
  runtime            = "python3.13"
  arm64              = true
  tracing            = true
  layer_arns         = ["arn:aws:lambda:us-east-1:901920570463:layer:aws-otel-python-arm64:1"]
  network            = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  reserve            = true
  log_retention_days = 14
  celery             = null
}

run "functions" {
  command = plan

  assert {
    condition     = aws_lambda_function.this["sending"].architectures[0] == "arm64" && aws_lambda_function.this["sending"].tracing_config[0].mode == "Active" && length(aws_lambda_function.this["sending"].layers) == 1
    error_message = "Processor, traces and layers are as asked for."
  }

  assert {
    condition     = aws_lambda_function.this["sending"].reserved_concurrent_executions == 6 && length(aws_lambda_function.this["sending"].vpc_config) == 1
    error_message = "A function opens no more connections than the table says, from inside of the network."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this["sending"].function_response_types == toset(["ReportBatchItemFailures"]) && aws_cloudwatch_event_rule.this["maintenance.sweep"].state == "ENABLED"
    error_message = "Queue and schedule drive it, and each message fails alone."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this["sending"].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this["sending"].maximum_event_age_in_seconds == 60
    error_message = "A tick that fails or finds no room is not kept: the next one comes."
  }

  assert {
    condition     = length(aws_ecs_cluster.this) + length(aws_ecs_service.this) + length(aws_ecs_task_definition.this) == 0
    error_message = "Without an image there is nothing of ECS."
  }
}

run "functions_outside_of_the_network" {
  command = plan

  variables {
    network = { subnet_ids = [], security_group_ids = [] }
    reserve = false
    arm64   = false
    tracing = false
  }

  assert {
    condition     = length(aws_lambda_function.this["sending"].vpc_config) == 0 && aws_lambda_function.this["sending"].reserved_concurrent_executions == -1 && aws_lambda_function.this["sending"].tracing_config[0].mode == "PassThrough"
    error_message = "They are in no network, and nothing is reserved."
  }
}

run "celery_instead" {
  command = plan

  variables {
    enabled = false
    celery  = { image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/postroom:1", count = 2 }
  }

  assert {
    condition     = toset(keys(aws_ecs_service.this)) == toset(["worker", "consumer", "schedule"]) && aws_ecs_service.this["worker"].desired_count == 2 && aws_ecs_service.this["schedule"].desired_count == 1
    error_message = "As many workers as asked for, one consumer, one schedule."
  }

  assert {
    condition     = aws_ecs_service.this["schedule"].deployment_maximum_percent == 100 && !aws_ecs_service.this["worker"].network_configuration[0].assign_public_ip
    error_message = "There are never two schedules, and nobody reaches a worker."
  }

  assert {
    condition     = !aws_lambda_event_source_mapping.this["sending"].enabled && aws_cloudwatch_event_rule.this["maintenance.sweep"].state == "DISABLED"
    error_message = "The functions rest."
  }
}
