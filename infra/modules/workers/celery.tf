# Workers outside of Lambda: Celery, the consumer of AWS's queues and the schedule, as services of ECS on Fargate.

data "aws_region" "current" {}

locals {
  has_celery = var.celery != null

  # What runs, and how often at the same time; the schedule exactly once.
  services = local.has_celery ? {
    worker   = { count = var.celery.count, command = ["python", "-m", "celery", "--quiet", "-A", "workers.app", "worker"] }
    consumer = { count = 1, command = ["python", "-m", "workers.consume"] }
    schedule = { count = 1, command = ["python", "-m", "celery", "--quiet", "-A", "workers.app", "beat", "--schedule", "/tmp/schedule"] }
  } : {}
}

resource "aws_ecs_cluster" "this" {
  count = local.has_celery ? 1 : 0

  name = var.name

  setting {
    name  = "containerInsights"
    value = "disabled" # its metrics cost more than the workers
  }
}

resource "aws_cloudwatch_log_group" "celery" {
  for_each = local.services

  name              = "/${var.name}/celery/${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "start" {
  count = local.has_celery ? 1 : 0

  name        = "${var.name}-celery-start"
  description = "ECS fetches the image and writes the logs of the workers"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "start" {
  count = local.has_celery ? 1 : 0

  name = "start"
  role = aws_iam_role.start[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for group in aws_cloudwatch_log_group.celery : "${group.arn}:*"]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.services

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.celery.cpu
  memory                   = var.celery.memory
  execution_role_arn       = aws_iam_role.start[0].arn
  task_role_arn            = var.role_arns["celery"]

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.arm64 ? "ARM64" : "X86_64"
  }

  container_definitions = jsonencode([{
    name        = each.key
    image       = var.celery.image
    essential   = true
    command     = each.value.command
    environment = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
    stopTimeout = 120
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.celery[each.key].name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  for_each = local.services

  name            = each.key
  cluster         = aws_ecs_cluster.this[0].id
  task_definition = aws_ecs_task_definition.this[each.key].arn
  desired_count   = each.value.count
  launch_type     = "FARGATE"

  # Never two schedules: the old one ends before the new one starts.
  deployment_minimum_healthy_percent = each.key == "schedule" ? 0 : 100
  deployment_maximum_percent         = each.key == "schedule" ? 100 : 200

  network_configuration {
    subnets          = var.network.subnet_ids
    security_groups  = var.network.security_group_ids
    assign_public_ip = false
  }
}
