{{/*
What is mounted below /etc/chat-app: one projected volume, so that a rotated Secret reaches the running process as a changed
file. (dict "root" $ "component" …)
*/}}
{{- define "chat-app.secretsVolume" -}}
{{- $v := .root.Values -}}
{{- $service := .service | default .component -}}
name: secrets
projected:
  defaultMode: 288 # 0440
  sources:
    {{- if eq .component $service }}
    - secret: { name: {{ include "chat-app.internalSecretName" .root }}, items: [{ key: {{ $v.internal.key | quote }}, path: internal-secret }] }
    {{- end }}
    {{- if ne $service "authentication" }}
    {{- $user := index $v.kafka $service }}
    {{- if and $v.kafka.tls.enabled $v.kafka.tls.caKey }}
    - secret: { name: {{ $v.kafka.tls.caSecret }}, items: [{ key: {{ $v.kafka.tls.caKey | quote }}, path: kafka-ca.crt }] }
    {{- end }}
    {{- if eq $v.kafka.clientAuthentication "scram-sha-512" }}
    - secret: { name: {{ $user.secret }}, items: [{ key: {{ $v.kafka.keys.password | quote }}, path: kafka-password }] }
    {{- else if eq $v.kafka.clientAuthentication "tls" }}
    - secret:
        name: {{ $user.secret }}
        items: [{ key: {{ $v.kafka.keys.certificate | quote }}, path: kafka.crt }, { key: {{ $v.kafka.keys.key | quote }}, path: kafka.key }]
    {{- end }}
    {{- end }}
    {{- if ne $service "websocket" }}
    - secret: { name: {{ (index $v.database $service).secret }}, items: [{ key: {{ $v.database.passwordKey | quote }}, path: database-password }] }
    {{- if $v.database.tls.enabled }}
    - secret: { name: {{ $v.database.tls.caSecret }}, items: [{ key: {{ $v.database.tls.caKey | quote }}, path: database-ca.crt }] }
    {{- end }}
    {{- end }}
    {{- if ne .component $service }}
    {{- else if $v.redis.internal.enabled }}
    - secret: { name: {{ include "chat-app.redisSecretName" .root }}, items: [{ key: {{ get $v.redis.internal.passwordKeys .component | quote }}, path: redis-password }] }
    {{- else }}
    {{- with include "chat-app.redisUser" . | fromYaml }}
    {{- if .passwordSecret }}
    - secret: { name: {{ .passwordSecret }}, items: [{ key: {{ .passwordKey | quote }}, path: redis-password }] }
    {{- end }}
    {{- end }}
    {{- with $v.redis.external }}
    {{- if and .tls.enabled .tls.caSecret }}
    - secret: { name: {{ .tls.caSecret }}, items: [{ key: {{ .tls.caKey | quote }}, path: redis-ca.crt }] }
    {{- end }}
    {{- end }}
    {{- end }}
{{- end -}}

{{/* Whether a component's pods have all authorities of Kafka's Secret in a directory of their own; empty: they have not. */}}
{{- define "chat-app.hasKafkaAuthorities" -}}
{{- with .root.Values.kafka.tls -}}
{{- if and .enabled (not .caKey) (ne $.component "authentication") }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/*
Strimzi keeps the certificate of a replaced authority in the Secret, as ca-<time>.crt, until no broker uses it. The whole Secret
is mounted, as nobody knows those names before: it holds certificates only.
*/}}
{{- define "chat-app.kafkaAuthoritiesVolume" -}}
{{- if include "chat-app.hasKafkaAuthorities" . -}}
- name: kafka-authorities
  secret: { secretName: {{ .root.Values.kafka.tls.caSecret }}, defaultMode: 288 } # 0440
{{- end }}
{{- end -}}

{{- define "chat-app.kafkaAuthoritiesMount" -}}
{{- if include "chat-app.hasKafkaAuthorities" . -}}
- { name: kafka-authorities, mountPath: /etc/chat-app-kafka-authorities, readOnly: true }
{{- end }}
{{- end -}}
