DROP TABLE settlement_reports;
DROP TABLE settlements;
