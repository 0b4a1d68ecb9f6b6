curl -s {{.Base}}/access/v1/evaluation \
  -H 'Authorization: Bearer {{.Token}}' \
  -H 'Content-Type: application/json' \
  -d '{"subject":{"type":"user","id":"{{.Number}}"},"action":{"name":"draw"},"resource":{"type":"lead_pool","id":"default"}}'
