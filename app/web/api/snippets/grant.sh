curl -s {{.Base}}/gate/grants \
  -H 'Authorization: Bearer {{.Token}}' \
  -H 'Content-Type: application/json' \
  -d '{"audience":"crm","subject":{"type":"user","id":"{{.Number}}"},"action":{"name":"draw"}}'
