"""`dyntui dynamodb …`: every operation, with the AWS CLI's names, flags and output."""
