# Statements per role: each stands with the condition under which the role gets it.

locals {
  base_statements = { for role, grant in local.grants : role => [for each in [
    {
      given = role != "celery"
      statement = {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for name in local.function_names[role] : "${local.log_arn}${name}:*"]
      }
    },
    {
      given = role != "celery"
      statement = {
        Sid    = "Network"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = ["*"]
      }
    },
    # Lambda itself makes the network interfaces; the code of the function may not.
    {
      given = role != "celery"
      statement = {
        Sid       = "NoNetworkFromCode"
        Effect    = "Deny"
        Action    = ["ec2:*"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [for name in local.function_names[role] : "${local.function_arn}${name}"] } }
      }
    },
    {
      given = var.tracing
      statement = {
        Sid      = "Traces"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = ["*"]
      }
    },
    {
      given = true
      statement = {
        Sid      = "Secrets"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = [var.secrets_parameter_arn]
      }
    },
    {
      given = true
      statement = {
        Sid       = "OpenSecrets"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.key_arn]
        Condition = { StringEquals = { "kms:EncryptionContext:PARAMETER_ARN" = [var.secrets_parameter_arn] } }
      }
    },
  ] : each.statement if each.given] }

  queue_statements = { for role, grant in local.grants : role => [for each in [
    {
      given = length(local.consumes[role]) > 0
      statement = {
        Sid    = "Consume"
        Effect = "Allow"
        Action = [
          "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
          "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage",
        ]
        Resource = [for queue in local.consumes[role] : local.queue_arns[queue]]
      }
    },
    {
      given = true
      statement = {
        Sid      = "Publish"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
        Resource = [for queue in grant.publishes : local.queue_arns[queue]]
      }
    },
    {
      given = true
      statement = {
        Sid      = "Mark"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueUrl", "sqs:ListQueueTags"]
        Resource = [local.queue_arns["maintenance"]]
      }
    },
    {
      given = grant.mark
      statement = {
        Sid      = "NoteMark"
        Effect   = "Allow"
        Action   = ["sqs:TagQueue"]
        Resource = [local.queue_arns["maintenance"]]
      }
    },
    {
      given = grant.dead_letters
      statement = {
        Sid    = "DeadLetters"
        Effect = "Allow"
        Action = [
          "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
          "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
        ]
        Resource = [local.dead_arn]
      }
    },
    {
      given = grant.dead_letters
      statement = {
        Sid      = "Redrive"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
        Resource = values(local.queue_arns)
      }
    },
  ] : each.statement if each.given] }
}
