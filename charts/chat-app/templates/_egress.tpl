{{/* Rules that several policies share: the way to the backends. */}}
{{- define "chat-app.egress.kafka" -}}
- ports: [{ port: {{ .Values.networkPolicy.kafkaPort | int64 }} }]
  to:
    {{- toYaml .Values.networkPolicy.kafkaTo | nindent 4 }}
{{- end -}}

{{- define "chat-app.egress.database" -}}
- ports: [{ port: {{ .Values.database.port | int64 }} }]
  to:
    {{- toYaml .Values.networkPolicy.databaseTo | nindent 4 }}
{{- end -}}

{{- define "chat-app.egress.redis" -}}
{{- if .Values.redis.internal.enabled -}}
- ports: [{ port: 6379 }]
  to:
    - podSelector:
        matchLabels:
          {{- include "chat-app.selectorLabels" (dict "root" . "component" "redis") | nindent 10 }}
{{- else -}}
- ports:
    - { port: {{ .Values.redis.external.port | int64 }} }
    {{- if .Values.redis.external.sentinels }}
    - { port: 26379 }
    {{- end }}
  to:
    {{- toYaml .Values.networkPolicy.redisTo | nindent 4 }}
{{- end }}
{{- end -}}

{{/* Peers of a list of pods. */}}
{{- define "chat-app.peers" }}
{{- range . }}
- podSelector:
    matchLabels:
      {{- include "chat-app.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* The port of an address, or that of its scheme. */}}
{{- define "chat-app.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "https" | ternary "443" "80") -}}
{{- end -}}
