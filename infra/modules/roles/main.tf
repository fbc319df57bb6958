# One role per function, one for the web function, optionally one for workers outside of Lambda.

resource "aws_iam_role" "this" {
  for_each = local.roles

  name        = "${var.name}-${each.key}"
  description = "Postroom: what ${each.key} does, and nothing else"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = each.key == "celery" ? "ecs-tasks.amazonaws.com" : "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.roles

  name = "work"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.base_statements[each.key],
      local.queue_statements[each.key],
      local.file_statements[each.key],
      local.secret_statements[each.key],
      local.mail_statements[each.key],
      local.user_statements[each.key],
    )
  })
}

# The most that an SMTP user can ever do, whatever its policy says.
resource "aws_iam_policy" "user_boundary" {
  name        = "${var.name}-smtp-user-boundary"
  description = "Boundary of SMTP users: they send mail through SES and do nothing else"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "SendOnly"
      Effect   = "Allow"
      Action   = ["ses:SendRawEmail", "ses:SendEmail"]
      Resource = "*"
    }]
  })
}
