# What an installation promises, whatever is switched on. `terraform test` in this module; no AWS, no network.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "postroom-example"
  protect           = true
  public_url        = "https://mail.example.org"
  database_password = "example"
  secrets           = { SECRET_KEY = "example" }
  domains           = { "example.org" = { receives = true } }
}

run "smallest" {
  command = plan

  variables {
    protect              = false
    nat                  = "none"
    functions_in_network = false
    flow_logs            = false
    alarms               = false
    dashboard            = false
    database             = { kind = "none" }
  }

  assert {
    condition     = length(output.zappa.subnet_ids) + length(output.zappa.security_group_ids) == 0
    error_message = "Functions outside of the network have no subnets and no groups."
  }

  assert {
    condition     = output.nat_address == null && output.client_host_id == null && output.form_address == null
    error_message = "Parts that cost are off when they are switched off."
  }

  assert {
    condition     = length(output.alarm_names) == 0
    error_message = "Alarms are off when they are switched off."
  }

  assert {
    condition     = length(output.function_names) == 0
    error_message = "Without a package there are no functions."
  }
}

run "names_and_settings" {
  command = plan

  assert {
    condition     = alltrue([for queue, name in output.queue_names : name == "postroom-example-${queue}"])
    error_message = "Queues are called QUEUE_PREFIX-name."
  }

  assert {
    condition     = output.environment.QUEUE_PREFIX == "postroom-example" && output.environment.SECRETS_PARAMETER == "/postroom-example/secrets"
    error_message = "Settings name the queues and the secrets of this installation."
  }

  assert {
    condition     = !anytrue([for name in keys(output.environment) : strcontains(name, "PASSWORD") || contains(["SECRET_KEY", "DATABASE_URL"], name)])
    error_message = "No secret is a setting."
  }

  assert {
    condition     = local.bucket_names["files"] == "postroom-example-123456789012-files"
    error_message = "Buckets are called by the name and the account."
  }
}

run "everything" {
  command = plan

  variables {
    nat                 = "machine"
    interface_endpoints = ["execute-api", "email", "sqs", "kms"]
    client_host         = true
    image_id            = "ami-0123456789abcdef0"
    form_page           = true
    waf                 = true
    usage_plan          = { requests_per_day = 1000 }
    public_domain       = { name = "mail.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0" }
    public_api          = { rest_api_id = "abc", stage = "test" }
    private_api         = { rest_api_id = "def", stage = "test_api" }
    database            = { kind = "instance", proxy = true, multi_az = true }
    celery              = { image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/postroom:1" }
    tracing             = true
    arm64               = true
    layer_arns          = ["arn:aws:lambda:us-east-1:901920570463:layer:aws-otel-python-arm64:1"]
    reserve_concurrency = true
    alert_emails        = ["ops@example.org"]
    alert_phone_numbers = ["+4915112345678"]
    canary_s            = 7200
    gmail               = true
  }

  assert {
    condition     = output.zappa.architecture == "arm64" && output.zappa.xray_tracing && length(output.zappa.subnet_ids) == 2
    error_message = "Zappa builds for the processor of the workers, traces, and puts the web into the network."
  }

  assert {
    condition     = output.zappa.concurrency == tomap({ web = 14, api = 6 })
    error_message = "The deploy command is told what the web may take of the database's connections."
  }

  assert {
    condition     = length(setsubtract(["celery", "web", "sending"], keys(output.role_policies))) == 0
    error_message = "Workers outside of Lambda have a role of their own."
  }

  assert {
    condition     = length(setsubtract([for alarm in ["bounce-rate", "complaint-rate", "sending-paused", "token-warning", "token-critical", "canary-missing", "errors-web", "errors-api", "database-connections", "dlq-sending", "age-sending"] : "postroom-example-${alarm}"], output.alarm_names)) == 0
    error_message = "Every kind of alarm is there."
  }
}

run "functions_outside_reach_no_database_inside" {
  command = plan

  variables {
    functions_in_network = false
  }

  expect_failures = [var.functions_in_network]
}

run "too_many_connections_are_refused" {
  command = plan

  variables {
    database = { kind = "instance", max_connections = 10 }
  }

  expect_failures = [var.database]
}

run "a_name_that_fits_nowhere_is_refused" {
  command = plan

  variables {
    name = "Postroom Example"
  }

  expect_failures = [var.name]
}
