"""The Grafana dashboard as code; ``python -m deploy.dashboards`` writes ``deploy/grafana/throughput.json`` anew."""
