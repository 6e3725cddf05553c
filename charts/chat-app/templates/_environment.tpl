{{/*
Environment of each process, as docs/operations.md describes it. Secrets are files below /etc/chat-app, see _secrets.tpl.
(dict "root" $ "component" "websocket")
*/}}
{{- define "chat-app.environment" -}}
{{- $given := list -}}
{{- range (index .root.Values (.service | default .component)).extraEnv }}{{ $given = append $given .name }}{{ end -}}
{{- if and (eq .component (.service | default .component)) (not (has "NODE_OPTIONS" $given)) -}}
- { name: NODE_OPTIONS, value: "--max-semi-space-size={{ include "chat-app.semiSpaceMiB" (index .root.Values .component).resources }}" }
{{ end -}}
{{ include "chat-app.ownEnvironment" . }}
{{- with (index .root.Values (.service | default .component)).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
MiB of each half of the young generation, which takes three of them at most: most of what a message makes is dead at once, and a
larger half is collected less often (docs/performance.md). By the memory limit, so that the young generation stays below a fifth of it or so.
Takes the resources of the container.
*/}}
{{- define "chat-app.semiSpaceMiB" -}}
{{- $limit := dig "limits" "memory" "" (. | default dict) | toString -}}
{{- $mebibytes := 0 -}}
{{- if hasSuffix "Gi" $limit }}{{ $mebibytes = mulf (trimSuffix "Gi" $limit) 1024 | int64 }}
{{- else if hasSuffix "Mi" $limit }}{{ $mebibytes = trimSuffix "Mi" $limit | int64 }}
{{- else if hasSuffix "G" $limit }}{{ $mebibytes = mulf (trimSuffix "G" $limit) 953 | int64 }}
{{- else if hasSuffix "M" $limit }}{{ $mebibytes = mulf (trimSuffix "M" $limit) 0.953 | int64 }}
{{- end -}}
{{- if or (not $limit) (ge $mebibytes 960) }}64{{ else if ge $mebibytes 448 }}32{{ else }}16{{ end -}}
{{- end -}}

{{/* Whether pods refuse what did not come by TLS. */}}
{{- define "chat-app.requireTls" -}}
{{- $v := .Values -}}
{{- or (eq $v.requireTls "always") (and (eq $v.requireTls "ingress") $v.ingress.enabled (ne $v.ingress.tlsSecret "")) -}}
{{- end -}}

{{/* What the chart itself sets. */}}
{{- define "chat-app.ownEnvironment" -}}
{{- $v := .root.Values -}}
{{- $service := .service | default .component -}}
- { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
- { name: LOG_LEVEL, value: {{ $v.logLevel | quote }} }
- { name: SHUTDOWN_TIMEOUT_MS, value: {{ mul (index $v $service).shutdownTimeoutSeconds 1000 | toString | quote }} }
{{- if eq .component $service }}
- { name: TRUSTED_PROXIES, value: {{ $v.trustedProxies | toString | quote }} }
- { name: REQUIRE_TLS, value: {{ include "chat-app.requireTls" .root | quote }} }
{{- with $v.publicPath }}
- { name: PUBLIC_PATH, value: {{ . | quote }} }
{{- end }}
- { name: KEEP_ALIVE_TIMEOUT_MS, value: {{ mul $v.keepAliveTimeoutSeconds 1000 | toString | quote }} }
- { name: STRICT_TRANSPORT_SECURITY, value: {{ $v.strictTransportSecurity | quote }} }
{{- with $v.allowedOrigins }}
- { name: ALLOWED_ORIGINS, value: {{ join "," . | quote }} }
{{- end }}
- { name: INTERNAL_SECRET_FILE, value: /etc/chat-app/internal-secret }
- { name: TOKEN_ISSUER, value: {{ $v.tokens.issuer | quote }} }
- { name: TOKEN_AUDIENCE, value: {{ $v.tokens.audience | quote }} }
{{- with $v.tokens.revokedKeyIds }}
- { name: REVOKED_KEY_IDS, value: {{ join "," . | quote }} }
{{- end }}
{{- end }}
{{ include (printf "chat-app.environment.%s" $service) .root }}
{{- if ne $service "authentication" }}
{{ include "chat-app.environment.kafka" (dict "root" .root "user" (index $v.kafka $service)) }}
{{- end }}
{{- if ne $service "websocket" }}
{{ include "chat-app.environment.database" (dict "root" .root "role" (index $v.database $service)) }}
{{- end }}
{{- if eq .component $service }}
{{ include "chat-app.environment.redis" . }}
{{- end }}
{{- include "chat-app.environment.tracing" (dict "root" .root "component" .component) }}
{{- end -}}

{{- define "chat-app.environment.authentication" -}}
- { name: SIGNING_KEYS_DIRECTORY, value: /etc/chat-app-signing-keys }
- { name: KEY_PUBLISH_BEFORE_USE_S, value: {{ .Values.authentication.signingKeys.publishBeforeUseSeconds | toString | quote }} }
- { name: ACCESS_TOKEN_TTL_S, value: {{ .Values.authentication.accessTokenTtlSeconds | int64 | toString | quote }} }
- { name: REFRESH_TOKEN_TTL_S, value: {{ .Values.authentication.refreshTokenTtlSeconds | int64 | toString | quote }} }
- { name: SESSION_MAX_AGE_S, value: {{ .Values.authentication.sessionMaxAgeSeconds | int64 | toString | quote }} }
{{- with .Values.authentication.breachedPasswordsUrl }}
- { name: BREACHED_PASSWORDS_URL, value: {{ . | quote }} }
{{- end }}
- { name: REGISTRATIONS_PER_MINUTE, value: {{ .Values.authentication.registrationsPerMinute | int64 | toString | quote }} }
- { name: FAILED_LOGINS_PER_MINUTE, value: {{ .Values.authentication.failedLoginsPerMinute | int64 | toString | quote }} }
- { name: LOGINS_PER_USER_PER_MINUTE, value: {{ .Values.authentication.loginsPerUserPerMinute | int64 | toString | quote }} }
- { name: SESSIONS_PER_USER, value: {{ .Values.authentication.sessionsPerUser | int64 | toString | quote }} }
- { name: LOOKUPS_PER_USER_PER_MINUTE, value: {{ .Values.authentication.lookupsPerUserPerMinute | int64 | toString | quote }} }
- { name: USER_DIRECTORY, value: {{ .Values.authentication.userDirectory | toString | quote }} }
{{- with .Values.authentication.reservedUsernames }}
- { name: RESERVED_USERNAMES, value: {{ . | quote }} }
{{- end }}
- { name: DEVICE_PROOF_TTL_S, value: {{ .Values.authentication.deviceProofTtlSeconds | int64 | toString | quote }} }
- { name: DEMO_USERS, value: {{ .Values.authentication.demoUsers | toString | quote }} }
{{- end -}}

{{- define "chat-app.environment.websocket" -}}
{{- with .Values.websocket -}}
- { name: JWKS_URL, value: "{{ include "chat-app.authenticationUrl" $ }}/.well-known/jwks.json" }
- { name: AUTHENTICATION_URL, value: "{{ include "chat-app.authenticationInternalUrl" $ }}" }
- { name: PERSISTENCE_URL, value: "{{ include "chat-app.persistenceInternalUrl" $ }}" }
- { name: MAX_CONNECTIONS, value: {{ .maxConnections | int64 | toString | quote }} }
- { name: MAX_CONNECTIONS_PER_USER, value: {{ .maxConnectionsPerUser | int64 | toString | quote }} }
- { name: SENDS_PER_SECOND, value: {{ .sendsPerSecond | int64 | toString | quote }} }
- { name: SENDS_BURST, value: {{ .sendsBurst | int64 | toString | quote }} }
- { name: REFUSED_HANDSHAKES_PER_MINUTE, value: {{ .refusedHandshakesPerMinute | int64 | toString | quote }} }
- { name: DRAIN_WINDOW_MS, value: {{ mul .drainWindowSeconds 1000 | toString | quote }} }
{{- end }}
{{- end -}}

{{- define "chat-app.environment.persistence" -}}
{{- with .Values.persistence -}}
- { name: JWKS_URL, value: "{{ include "chat-app.authenticationUrl" $ }}/.well-known/jwks.json" }
- { name: AUTHENTICATION_URL, value: "{{ include "chat-app.authenticationInternalUrl" $ }}" }
- { name: MAX_RETRY_VALUE, value: {{ .maxRetryValue | int64 | toString | quote }} }
- { name: ON_DATABASE_OUTAGE, value: {{ .onDatabaseOutage }} }
- { name: KAFKA_GROUP_ID, value: {{ .groupId | quote }} }
- { name: CONSUMER_BATCH_RECORDS, value: {{ .batchRecords | int64 | toString | quote }} }
- { name: MESSAGE_CHANGE_SECONDS, value: {{ .messageChangeSeconds | int64 | toString | quote }} }
- { name: CALLS_PER_SECOND, value: {{ .callsPerSecond | int64 | toString | quote }} }
- { name: CALLS_BURST, value: {{ .callsBurst | int64 | toString | quote }} }
- { name: INVITATIONS, value: {{ .invitations }} }
- { name: MAX_GROUPS_PER_USER, value: {{ .maxGroupsPerUser | int64 | toString | quote }} }
- { name: MAX_GROUP_MEMBERS, value: {{ .maxGroupMembers | int64 | toString | quote }} }
- { name: CONFIRMED_ENTRY_DAYS, value: {{ .retention.confirmedEntryDays | int64 | toString | quote }} }
- { name: ENTRY_DAYS, value: {{ .retention.entryDays | int64 | toString | quote }} }
- { name: MESSAGE_DAYS, value: {{ .retention.messageDays | int64 | toString | quote }} }
- { name: DEVICES_KEPT_DAYS, value: {{ .retention.deviceDays | int64 | toString | quote }} }
- { name: REDRIVEN_MESSAGE_DAYS, value: {{ .retention.redrivenMessageDays | int64 | toString | quote }} }
- { name: DEAD_MESSAGE_DAYS, value: {{ .retention.deadMessageDays | int64 | toString | quote }} }
{{- end }}
{{- end -}}

{{- define "chat-app.environment.kafka" -}}
{{- with .root.Values.kafka -}}
- { name: KAFKA_BROKERS, value: {{ join "," .brokers | quote }} }
{{- if .tls.enabled }}
- { name: KAFKA_TLS_CA_FILE, value: {{ empty .tls.caKey | ternary "/etc/chat-app-kafka-authorities" "/etc/chat-app/kafka-ca.crt" }} }
{{- end }}
{{- if eq .clientAuthentication "scram-sha-512" }}
- { name: KAFKA_SASL_MECHANISM, value: scram-sha-512 }
- { name: KAFKA_SASL_USERNAME, value: {{ $.user.username | quote }} }
- { name: KAFKA_SASL_PASSWORD_FILE, value: /etc/chat-app/kafka-password }
{{- else if eq .clientAuthentication "tls" }}
- { name: KAFKA_TLS_CERTIFICATE_FILE, value: /etc/chat-app/kafka.crt }
- { name: KAFKA_TLS_KEY_FILE, value: /etc/chat-app/kafka.key }
{{- end }}
{{- end }}
{{- end -}}

{{- define "chat-app.environment.database" -}}
{{- with .root.Values.database -}}
- { name: DATABASE_HOST, value: {{ .host | quote }} }
- { name: DATABASE_PORT, value: {{ .port | int64 | toString | quote }} }
- { name: DATABASE_NAME, value: {{ .name | quote }} }
- { name: DATABASE_USER, value: {{ $.role.username | quote }} }
- { name: DATABASE_PASSWORD_FILE, value: /etc/chat-app/database-password }
- { name: DATABASE_POOL_SIZE, value: {{ $.role.poolSize | int64 | toString | quote }} }
{{- if .tls.enabled }}
- { name: DATABASE_TLS_CA_FILE, value: /etc/chat-app/database-ca.crt }
{{- end }}
{{- end }}
{{- end -}}

{{- define "chat-app.environment.redis" -}}
{{- if .root.Values.redis.internal.enabled -}}
- { name: REDIS_URL, value: "redis://{{ include "chat-app.redisName" .root }}:6379" }
- { name: REDIS_USERNAME, value: {{ .component }} }
- { name: REDIS_PASSWORD_FILE, value: /etc/chat-app/redis-password }
{{- else -}}
{{- $user := include "chat-app.redisUser" . | fromYaml -}}
{{- with .root.Values.redis.external -}}
{{- if .url -}}
- { name: REDIS_URL, value: {{ .url | quote }} }
{{- else if .cluster -}}
- { name: REDIS_CLUSTER, value: {{ join "," .cluster | quote }} }
{{- else -}}
- { name: REDIS_SENTINELS, value: {{ join "," .sentinels | quote }} }
- { name: REDIS_SENTINEL_NAME, value: {{ .sentinelName | quote }} }
{{- end }}
{{- with $user.username }}
- { name: REDIS_USERNAME, value: {{ . | quote }} }
{{- end }}
{{- if $user.passwordSecret }}
- { name: REDIS_PASSWORD_FILE, value: /etc/chat-app/redis-password }
{{- end }}
{{- if .tls.enabled }}
- { name: REDIS_TLS, value: "true" }
{{- if .tls.caSecret }}
- { name: REDIS_TLS_CA_FILE, value: /etc/chat-app/redis-ca.crt }
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "chat-app.environment.tracing" -}}
{{- with .root.Values.tracing -}}
{{- if .endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .endpoint | quote }} }
- { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: http/protobuf }
- { name: OTEL_TRACES_SAMPLER, value: {{ .sampler | quote }} }
- { name: OTEL_TRACES_SAMPLER_ARG, value: {{ .ratio | toString | quote }} }
- { name: K8S_NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.namespace={{ $.root.Release.Name }},service.version={{ $.root.Chart.AppVersion }},k8s.namespace.name={{ $.root.Release.Namespace }},k8s.pod.name=$(POD_NAME),k8s.node.name=$(K8S_NODE_NAME)
{{- end }}
{{- end }}
{{- end -}}
