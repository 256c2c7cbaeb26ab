//! The tables, as both databases have them. A test compares this file with the migrated databases.

#![allow(missing_docs, reason = "the columns are described in the migrations")]

diesel::table! {
    operators (code) {
        code -> Text,
        name -> Text,
        plmns -> Text,
        contact -> Nullable<Text>,
        active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    areas (id) {
        id -> Integer,
        level -> Text,
        code -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        name -> Text,
        search -> Text,
        parent -> Nullable<Text>,
        stated_area_km2 -> Nullable<Double>,
        area_km2 -> Nullable<Double>,
        population -> Text,
        seat_longitude -> Nullable<Double>,
        seat_latitude -> Nullable<Double>,
        boundary -> Nullable<Text>,
        boundary_kind -> Text,
        source -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    places (id) {
        id -> Integer,
        areas -> Text,
    }
}

diesel::table! {
    place_areas (area_id, place_id) {
        place_id -> Integer,
        area_id -> Integer,
    }
}

diesel::table! {
    site_versions (row_id) {
        row_id -> BigInt,
        site_id -> Text,
        version -> Integer,
        operator -> Text,
        code -> Text,
        kind -> Text,
        name -> Text,
        status -> Text,
        longitude -> Double,
        latitude -> Double,
        elevation_m -> Nullable<Double>,
        address -> Nullable<Text>,
        commissioned_on -> Nullable<Date>,
        decommissioned_on -> Nullable<Date>,
        line_capacity -> Nullable<Integer>,
        lines_in_use -> Nullable<Integer>,
        host -> Nullable<Text>,
        structure -> Nullable<Text>,
        radios -> Nullable<Text>,
        technologies -> Text,
        source -> Nullable<Text>,
        search -> Text,
        place_id -> Integer,
        created_at -> Timestamp,
        recorded_at -> Timestamp,
        superseded_at -> Nullable<Timestamp>,
        deleted -> Bool,
        changed_by -> Text,
        reason -> Nullable<Text>,
        changed_fields -> Text,
        submission_id -> Nullable<Text>,
    }
}

diesel::table! {
    in_service (version_row, item) {
        version_row -> BigInt,
        item -> Text,
        operator -> Text,
        place_id -> Integer,
        since -> Date,
        until -> Date,
        recorded_at -> Timestamp,
        superseded_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    subscriber_counts (row_id) {
        row_id -> BigInt,
        operator -> Text,
        service -> Text,
        technology -> Text,
        area -> Text,
        site -> Text,
        period_end -> Date,
        subscribers -> Integer,
        definition -> Nullable<Text>,
        source -> Nullable<Text>,
        version -> Integer,
        recorded_at -> Timestamp,
        superseded_at -> Nullable<Timestamp>,
        changed_by -> Text,
        submission_id -> Nullable<Text>,
    }
}

diesel::table! {
    keys (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        operator -> Nullable<Text>,
        secret_sha256 -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    submissions (id) {
        id -> Text,
        operator -> Nullable<Text>,
        kind -> Text,
        state -> Text,
        options -> Text,
        format -> Text,
        file_name -> Nullable<Text>,
        file_bytes -> BigInt,
        file_sha256 -> Text,
        period_end -> Nullable<Date>,
        counts -> Text,
        read_as -> Nullable<Text>,
        problem -> Nullable<Text>,
        excluded_rows -> Text,
        submitted_by -> Text,
        submitted_key -> Text,
        idempotency_key -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        comment -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    changes (revision) {
        revision -> BigInt,
        recorded_at -> Timestamp,
        actor -> Text,
        resource -> Text,
        key -> Text,
        action -> Text,
        version -> Nullable<Integer>,
        fields -> Text,
        reason -> Nullable<Text>,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        owner -> Nullable<Text>,
        name -> Text,
        url -> Text,
        secret -> Text,
        resources -> Text,
        actions -> Text,
        operator -> Nullable<Text>,
        paused -> Bool,
        delivered_revision -> BigInt,
        delivered_at -> Nullable<Timestamp>,
        failing_since -> Nullable<Timestamp>,
        lease -> Nullable<Text>,
        leased_until -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        webhook -> Text,
        revision -> Nullable<BigInt>,
        state -> Text,
        attempts -> Integer,
        status -> Nullable<Integer>,
        error -> Nullable<Text>,
        created_at -> Timestamp,
        attempted_at -> Nullable<Timestamp>,
        next_attempt_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    footprints (key) {
        key -> Text,
        bytes -> Binary,
        made_at -> Timestamp,
    }
}

diesel::table! {
    settlements (code) {
        code -> Text,
        name -> Text,
        search -> Text,
        longitude -> Double,
        latitude -> Double,
        population -> Nullable<Integer>,
        households -> Nullable<Integer>,
        has_grid_power -> Nullable<Bool>,
        clusters -> Text,
        source -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    settlement_reports (id) {
        id -> Text,
        settlement -> Text,
        observed_on -> Date,
        status -> Text,
        technology -> Nullable<Text>,
        operator -> Nullable<Text>,
        level_dbm -> Nullable<Double>,
        remark -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    operators,
    areas,
    places,
    place_areas,
    site_versions,
    in_service,
    subscriber_counts,
    keys,
    submissions,
    changes,
    webhooks,
    deliveries,
    settlements,
    settlement_reports
);
