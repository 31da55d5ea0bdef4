{{/* Where our pods may go: names, Kafka, Neo4j, and what else is configured. Ports come from the addresses unless they are given. */}}
{{- define "biorelay.egress" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $settings := .Values.settings -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
  {{- with $policy.dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- $kafka := $policy.kafka.ports }}
{{- if not $kafka }}
{{- range splitList "," $settings.broker.bootstrap }}
{{- $kafka = append ($kafka | default list) (regexFind "[0-9]+$" (trim .)) }}
{{- end }}
{{- end }}
{{- include "biorelay.allowed" (dict "ports" ($kafka | uniq) "to" $policy.kafka.to) | nindent 0 }}
{{- $bolt := $policy.neo4j.ports | default (list (regexFind ":[0-9]+$" $settings.graph.url | trimPrefix ":" | default "7687")) }}
{{- include "biorelay.allowed" (dict "ports" $bolt "to" $policy.neo4j.to) | nindent 0 }}
{{- with ($settings.registry | default dict).url }}
{{- $port := regexFind "://[^/]*:[0-9]+" . | regexFind "[0-9]+$" | default (ternary "443" "80" (hasPrefix "https:" .)) }}
{{- include "biorelay.allowed" (dict "ports" ($policy.registry.ports | default (list $port)) "to" $policy.registry.to) | nindent 0 }}
{{- end }}
{{- with $settings.broker.token_url }}
{{- $port := regexFind "://[^/]*:[0-9]+" . | regexFind "[0-9]+$" | default "443" }}
{{- include "biorelay.allowed" (dict "ports" ($policy.identity.ports | default (list $port)) "to" $policy.identity.to) | nindent 0 }}
{{- end }}
{{- end -}}

{{/* One rule of egress; a dict of ports and to. Without `to` anybody may be asked at those ports. */}}
{{- define "biorelay.allowed" -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
