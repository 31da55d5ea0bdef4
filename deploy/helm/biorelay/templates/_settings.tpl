{{/* The settings as variables, and the Secrets as files. */}}

{{/* One value as biorelay reads it: a list with commas, a whole number without an exponent. */}}
{{- define "biorelay.text" -}}
{{- if kindIs "slice" . -}}
{{- join "," . -}}
{{- else if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{- int64 . -}}{{- else -}}{{- . -}}{{- end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* Variables of the chart's settings with those of a part over them; a dict of root, component and settings. */}}
{{- define "biorelay.env" -}}
{{- $settings := mergeOverwrite (deepCopy .root.Values.settings) (deepCopy (.settings | default dict)) -}}
{{- range $section, $keys := $settings }}
{{- if kindIs "map" $keys }}
{{- range $key, $value := $keys }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ printf "BIORELAY_%s_%s" $section $key | upper }}
  value: {{ include "biorelay.text" $value | quote }}
{{- end }}
{{- end }}
{{- else if not (kindIs "invalid" $keys) }}
- name: {{ printf "BIORELAY_%s" $section | upper }}
  value: {{ include "biorelay.text" $keys | quote }}
{{- end }}
{{- end }}
{{- $secrets := ternary .root.Values.secrets (omit .root.Values.secrets "pubmed") (eq .component "command") }}
{{- range $neighbour, $secret := $secrets }}
{{- if $secret.name }}
{{- range $what, $key := $secret.keys }}
{{- if and $key (eq $what "username") }}
- name: {{ printf "BIORELAY_%s_USERNAME" $neighbour | upper }}
  valueFrom:
    secretKeyRef: {name: {{ $secret.name }}, key: {{ $key }}}
{{- else if $key }}
- name: {{ printf "BIORELAY_%s_%s_FILE" $neighbour $what | upper }}
  value: {{ printf "/etc/biorelay/%s/%s" $neighbour $what }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if .root.Values.secrets.broker.token.audience }}
- name: BIORELAY_BROKER_TOKEN_FILE
  value: /etc/biorelay/token/kafka
{{- end }}
{{- end -}}

{{/* Inference threads: the CPU request of the named container, rounded up. Without it they are the node's cores. */}}
{{- define "biorelay.threads" -}}
name: BIORELAY_WORKER_THREADS
valueFrom:
  resourceFieldRef: {containerName: {{ . }}, resource: requests.cpu, divisor: "1"}
{{- end -}}

{{/* What a pod mounts of the Secrets; a dict of root and component. A source's key is for the commands alone. */}}
{{- define "biorelay.secretVolumes" -}}
{{- $secrets := ternary .root.Values.secrets (omit .root.Values.secrets "pubmed") (eq .component "command") -}}
{{- range $neighbour, $secret := $secrets }}
{{- $files := omit $secret.keys "username" }}
{{- if and $secret.name (values $files | compact) }}
- name: secret-{{ $neighbour }}
  secret:
    secretName: {{ $secret.name }}
    defaultMode: 0440
    items:
      {{- range $what, $key := $files }}
      {{- if $key }}
      - {key: {{ $key }}, path: {{ $what }}}
      {{- end }}
      {{- end }}
{{- end }}
{{- end }}
{{- with .root.Values.secrets.broker.token }}
{{- if .audience }}
- name: token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken: {audience: {{ .audience }}, expirationSeconds: {{ int .expirationSeconds }}, path: kafka}
{{- end }}
{{- end }}
{{- end -}}

{{- define "biorelay.secretMounts" -}}
{{- $secrets := ternary .root.Values.secrets (omit .root.Values.secrets "pubmed") (eq .component "command") -}}
{{- range $neighbour, $secret := $secrets }}
{{- if and $secret.name (values (omit $secret.keys "username") | compact) }}
- {name: secret-{{ $neighbour }}, mountPath: /etc/biorelay/{{ $neighbour }}, readOnly: true}
{{- end }}
{{- end }}
{{- if .root.Values.secrets.broker.token.audience }}
- {name: token, mountPath: /etc/biorelay/token, readOnly: true}
{{- end }}
{{- end -}}
